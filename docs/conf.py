"""How the site is built: `make docs`, or `sphinx-build -E -W docs docs/_build/html`; nothing is fetched."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scumble import __version__

project = "Scumble"
author = "The Scumble authors"
copyright = f"{author}, Apache-2.0"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "extensions.mathml",
    "extensions.pictures",
    "extensions.reference",
]
exclude_patterns = ["_build", "_pictures"]

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

smartquotes = False  # they make one dash of the two before a flag
default_role = "literal"  # docstrings write names between single backticks
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "Scumble"
html_static_path = ["static"]
html_css_files = ["pictures.css"]
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"
