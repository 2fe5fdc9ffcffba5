"""All that names the release names the same one."""

import ast
import re
from pathlib import Path

import scumble

REPOSITORY = Path(__file__).parents[1]
KINDS = ["Added", "Changed", "Faster", "Fixed"]


def test_a_build_reads_the_version_without_importing_anything():
    tree = ast.parse(Path(scumble.__file__).read_text(encoding="utf-8"))
    assigned = {
        ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)
    }
    assert ast.literal_eval(assigned["__version__"]) == scumble.__version__


def test_what_is_cited_is_this_version():
    assert f"\nversion: {scumble.__version__}\n" in (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")


def test_the_changelog_tells_what_is_new_in_this_version():
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert [release.split()[0] for release in releases[:2]] == ["Unreleased", scumble.__version__]
    for release in releases:
        kinds = re.findall(r"^### (.+)$", release, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds], release.split()[0]
        assert "- " not in release.partition("### ")[0], f"{release.split()[0]}: a line without a kind"
