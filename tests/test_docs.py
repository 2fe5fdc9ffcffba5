"""The site: everything has its section, every command line exists, every example runs, and it builds."""

import ast
import doctest
import os
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from extensions.headings import explained, handwritten, sections
from extensions.mathml import mathml
from extensions.pictures import as_on_the_site
from extensions.reference import commands_of, flag_of, help_of
from scumble.cli.app import app, streams
from scumble.cli.output import Output
from scumble.options import Options
from scumble.outputs.files import film_suffixes
from scumble.plan.strength import content_factor
from scumble.presets import preset_names
from scumble.registry import TABLES, names

from .docs import REPOSITORY, blocks, commands, pages

DOCS = REPOSITORY / "docs"
EXPLAINED = explained()
COMMANDS = [" ".join(("scumble", *words)) for words in commands_of(app)]
NEED_A_SECTION = [
    *map(flag_of, Options.model_fields),
    *(flag_of(field.name) for field in fields(Output)),
    *COMMANDS,
    *preset_names(),
    *(name for table in TABLES for name in names(table)),
]
CALLS = [(block, words) for block in blocks("console", "bash", "sh") for words in commands(block)]


@pytest.mark.parametrize("name", NEED_A_SECTION)
def test_everything_has_a_section(name):
    assert name in EXPLAINED, f"no heading of a page in docs/guides or docs/concepts holds `{name}`"


@pytest.mark.parametrize("words", list(commands_of(app)), ids=" ".join)
def test_every_flag_is_explained(words):
    text = "\n".join(path.read_text(encoding="utf-8") for path in handwritten())
    flags = re.findall(r"^│ (--[a-z-]+)", help_of(words), re.MULTILINE)
    assert not [flag for flag in flags if not re.search(rf"`[^`]*{flag}\b", text)]


@pytest.mark.parametrize(
    ("block", "words"), CALLS, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_command_lines_exist(block, words):
    if words[0] == "scumble":
        app.parse_args(streams(words[1:]), exit_on_error=False, print_error=False)
    elif words[0] == "make":
        targets = re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert words[1] in targets, block
    elif words[:2] == ["python", "-m"]:
        assert (REPOSITORY / words[2].replace(".", "/")).exists(), block
    else:
        assert words[0] in {"cat", "jupyter", "pip", "python", "source"}, f"{block}: what is {words[0]}?"


def test_there_are_command_lines():
    assert len(CALLS) > 30


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_can_be_read(block):
    ast.parse(block.text)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("page", sorted({block.page for block in blocks("pycon")}))
def test_examples_run(page, tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    monkeypatch.chdir(tmp_path)
    text = "\n".join(block.text for block in blocks("pycon") if block.page == page)
    test = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert not said, "".join(said)


def test_every_picture_has_a_script_that_paints_it():
    topics = {path.stem for path in (DOCS / "pictures").glob("[!_]*.py")}
    for page in DOCS.rglob("*.md"):
        for picture in re.findall(r"<!-- \S*_pictures/(\S+)\.png -->", page.read_text(encoding="utf-8")):
            assert any(picture.startswith(topic) for topic in topics), f"{page.name}: {picture}"


def test_no_page_shows_a_broken_picture_where_the_repository_is_read():
    shown = []
    for page in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("examples/**/*.md"), *pages()]:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for path in re.findall(r"!\[[^\]]*\]\(([^)\s]+)", text) + re.findall(
            r"<img[^>]+src=\"([^\"]+)", text
        ):
            picture = (page.parent / path).resolve()
            shown.append(picture)
            assert "_pictures" not in picture.parts, (
                f"{page.name}: {path} lies there only once the site is built"
            )
            assert picture.is_file(), f"{page.name}: there is no {path}"
    assert len(shown) > 3


def test_the_site_has_pictures_where_the_repository_has_words():
    page = (
        "*A cat* <!-- ../_pictures/a.png -->\n*Read elsewhere* <!-- only in the repository -->\n**b** *c* d\n"
    )
    assert as_on_the_site(page) == "![A cat](../_pictures/a.png)\n**b** *c* d\n"
    for path in pages():
        on_site = as_on_the_site(path.read_text(encoding="utf-8"))
        assert "<!--" not in on_site, (
            f"{path.name}: a picture that is not written as *what is seen* <!-- path -->"
        )


def test_the_dial_is_the_one_in_the_code():
    text = (DOCS / "concepts" / "strength.md").read_text(encoding="utf-8")
    strengths, factors = re.search(
        r"^\| Strength (.+)\|$\n.+\n^\| \$.+?\$ (.+)\|$", text, re.MULTILINE
    ).groups()
    pairs = list(
        zip(*([cell.strip() for cell in row.split("|")[1:]] for row in (strengths, factors)), strict=True)
    )
    assert pairs.pop() == ("100", "$q = 0$")
    for strength, power in pairs:
        assert content_factor(float(strength)) == pytest.approx(10 ** float(power))


def test_anchors_are_those_of_the_pages():
    """Sphinx tells links that lead nowhere; this tells that a heading in a block of code is none."""
    page = DOCS / "guides" / "settings.md"
    anchors = {section.anchor for section in sections(page)}
    assert "how-much-style---strength" in anchors
    assert len(anchors) == len(list(sections(page)))


def test_help_is_what_a_user_sees():
    assert help_of(["weights", "fetch"]).startswith("Usage: scumble weights fetch")
    assert "--force" in help_of(["weights", "fetch"])


@pytest.mark.parametrize("tex", [r"\frac12", r"\tfrac12 x", r"\dfrac{1}{2}"])
def test_fractions_of_digits(tex):
    assert "<mn>12</mn>" not in mathml(tex, block=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site without its pictures, and what was said."""
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-D", "suppress_warnings=image.not_readable",
        "-d", folder / "doctrees", DOCS, folder / "html",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"NO_COLOR": "1"}
    )
    return folder / "html", done


def test_the_site_builds_without_a_warning(site):
    _, done = site
    assert done.returncode == 0, done.stderr


def test_the_site_needs_no_network(site):
    folder, _ = site
    page = re.compile(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?:https?:)?//", re.IGNORECASE)
    for path in folder.rglob("*.html"):
        assert not page.search(path.read_text(encoding="utf-8")), path.name


def test_the_site_shows_its_pictures(site):
    folder, _ = site
    text = (folder / "concepts" / "strength.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<img [^>]*strength-\d+\.png", text)) == 6
    assert "make docs" not in text


def test_formulae_are_drawn_by_the_browser(site):
    folder, _ = site
    text = (folder / "concepts" / "content-and-style.html").read_text(encoding="utf-8")
    assert text.count("<math") > 10
    assert "$$" not in text


@pytest.mark.parametrize("page", ["options", "commands", "presets", *TABLES])
def test_the_reference_names_everything(site, page):
    folder, _ = site
    text = (folder / "reference" / f"{page}.html").read_text(encoding="utf-8")
    expected = {
        "options": map(flag_of, Options.model_fields),
        "commands": COMMANDS,
        "presets": preset_names(),
    }
    for name in expected.get(page) or names(page):
        assert f">{name.split()[-1]}<" in text, name


def test_the_guide_names_all_formats_of_films():
    text = (DOCS / "guides" / "output.md").read_text(encoding="utf-8")
    section = text.partition("### A film: `--timelapse`")[2].partition("\n## ")[0]
    assert re.findall(r"`(\.\w+)`", section) == sorted(film_suffixes())
