"""The shape of the code, checked like any other behavior."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from scumble.registry import names, registry_of

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "src" / "scumble"
SOURCES = sorted(PACKAGE.rglob("*.py"))
BESIDE = [
    path
    for folder in ("training", "benchmarks", "examples", "docs")
    for path in (REPOSITORY / folder).rglob("*.py")
]
ALL = [*SOURCES, *sorted(BESIDE)]
ROWS = """
errors
folders paths presets registry shortage disk
options plugins
machine
image
plan
backbones losses measures optimizers
regions
colors
objective
engine course
ways
record outputs look
saving
runs
executors
api
batching comparing
cli studio
"""
RANK = {name: rank for rank, row in enumerate(ROWS.split("\n")) for name in row.split()}
TESTS = REPOSITORY / "tests"
FOR_ALL = {"contracts", "faults"}  # what every loss, every command, ... must do
WHOLE = {"architecture", "docs", "examples", "gpu", "init", "release"}
TABLES = ["backbones", "executors", "losses", "optimizers", "outputs", "ways"]


def short(path):
    return str(path.relative_to(REPOSITORY))


def part(path):
    """Return the name in the table of rows: the file or folder right below the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path):
    """Return the parts of the package that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{short(path)}: a relative import"
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        found |= {module.split(".")[1] for module in modules if module.startswith("scumble.")}
    return found - {part(path)}


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parent != PACKAGE or p.stem[0] != "_"], ids=short)
def test_imports_point_down(path):
    assert part(path) in RANK, f"{part(path)} has no row"
    known = {name for name in imported(path) if name in RANK}
    above = {name for name in known if RANK[name] >= RANK[part(path)]}
    assert not above, f"{short(path)} imports {above}"


@pytest.mark.parametrize("path", ALL, ids=short)
def test_files_and_functions_stay_short(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            assert not body or node.end_lineno - body[0].lineno < 40, node.name


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_public_things_say_what_they_are(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the file"
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        assert not public or ast.get_docstring(node), node.name


def mirrored(folder):
    """Return the folder whose files a folder of tests is about."""
    within = folder.relative_to(TESTS)
    return (REPOSITORY if within.parts[:1] in {("benchmarks",), ("training",)} else PACKAGE) / within


def test_tests_are_named_after_what_they_test():
    """Of image/masks.py: tests/image/test_masks.py, or test_masks_IDEA.py; of all of image/: test_image.py."""
    for path in sorted(TESTS.rglob("test_*.py")):
        folder = mirrored(path.parent)
        if path.parent.name not in FOR_ALL:
            assert folder.is_dir(), f"{short(path)}: there is no {short(folder)}"
            named = {folder.name, *(one.stem for one in folder.iterdir() if one.stem[0] != "_")}
            named |= WHOLE if folder == PACKAGE else set()
            name = path.stem.removeprefix("test_")
            assert any(f"{name}_".startswith(f"{one}_") for one in named), short(path)


def test_the_guide_has_the_same_rows():
    table = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("|---|---|\n")[2]
    told = [
        set(re.findall(r"`(\w+)(?:\.py|/)`", line.split("|")[1]))
        for line in table.partition("\n\n")[0].split("\n")
    ]
    there = {part(path) for path in SOURCES}
    assert told == [there & set(row.split()) for row in ROWS.strip().split("\n")]


def test_there_is_no_drawer_of_odds_and_ends():
    assert not [short(path) for path in ALL if path.stem in {"utils", "helpers", "common", "misc"}]


LOADED = """
import sys, threading
import {modules}
heavy = {{"torch", "numpy", "pydantic", "PIL", "safetensors", "cyclopts"}}
print(*sorted(heavy & sys.modules.keys()), threading.active_count())
"""


def loaded(modules):
    """Return which heavy packages are there after an import in a fresh interpreter, and how many threads."""
    code = LOADED.format(modules=modules)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *packages, threads = done.stdout.split()
    return set(packages), int(threads)


def test_importing_scumble_loads_nothing_and_starts_no_thread():
    assert loaded("scumble, scumble.errors, scumble.registry, scumble.presets") == (set(), 1)


def test_what_comes_before_the_run_does_not_load_torch():
    modules = "scumble.plan.plan, scumble.image.files, scumble.record, scumble.outputs.files, scumble.cli.app"
    packages, _ = loaded(modules)
    assert "torch" not in packages


@pytest.mark.parametrize("table", TABLES)
def test_a_registry_names_what_is_registered(table):
    """Names are read from the text of the files; the classes must answer to them."""
    decorated = {}
    for path in (PACKAGE / table).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == table:
                    decorated[ast.literal_eval(call.args[0])] = (f"scumble.{table}.{path.stem}", node.name)
    assert sorted(decorated) == names(table)
    registry = registry_of(table)
    assert list(registry) == names(table)
    for name, (module, cls) in decorated.items():
        assert registry[name] is getattr(import_module(module), cls)
