"""Flag > environment > project file > user file > preset > default, and where each value came from."""

import json
import os
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scumble.cli.settings import layers, merge, merged_options, read_layer, user_file
from scumble.cli.toml import require_shallow
from scumble.errors import BadOption, ScumbleError, UnknownName
from scumble.options import Options

from .conftest import TINY


@pytest.fixture
def places(desk, monkeypatch):
    """Write options to a place."""

    def write(place, **values):
        if place == "environment":
            for name, value in values.items():
                monkeypatch.setenv(f"SCUMBLE_{name.upper()}", str(value))
            return
        path = user_file() if place == "user" else desk / "scumble.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))

    return write


def test_each_place_is_stronger_than_the_one_below(places):
    assert merged_options(Options()).seed == 0
    places("user", seed=1)
    assert merged_options(Options()).seed == 1
    places("project", seed=2)
    assert merged_options(Options()).seed == 2
    places("environment", seed=3)
    assert merged_options(Options()).seed == 3
    assert merged_options(Options(seed=4)).seed == 4


def test_a_preset_is_stronger_than_defaults_alone(places):
    places("user", preset="draft")
    assert (merged_options(Options()).size, merged_options(Options()).steps) == ("384", (30, 18, 8))
    places("project", size=200)
    assert (merged_options(Options()).size, merged_options(Options()).steps) == ("200", (30, 18, 8))
    assert merged_options(Options(preset="fine")).history == 20


def test_weights_of_all_places_are_merged(places):
    places("environment", weight="gram=2,variation=0")
    settled = merged_options(Options(weight={"gram": 3}))
    assert settled.weight == {**Options().weight, "variation": 0.0, "gram": 3.0}


def test_lists_and_mappings_are_written_in_the_environment_as_behind_their_flags(places):
    places("environment", steps="3,2", style_layers="relu1_1=0.2,relu2_1=0.8", style_weights="2,1")
    settled = merged_options(Options())
    assert settled.steps == (3, 2)
    assert settled.style_layers == {"relu1_1": 0.2, "relu2_1": 0.8}
    assert settled.style_weights == (2, 1)


def test_an_empty_variable_sets_nothing(places):
    places("environment", size="")
    assert merged_options(Options()).size == "512"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("STRENGHT", "STRENGTH"), ("STYLE_WEIGHT", "STYLE_WEIGHTS"), ("CACHEDIR", "CACHE_DIR")],
)
def test_a_mistyped_variable_is_refused(places, monkeypatch, name, meant):
    places("environment")
    monkeypatch.setenv(f"SCUMBLE_{name}", "1")
    with pytest.raises(
        BadOption, match=f"unknown variable SCUMBLE_{name}; did you mean SCUMBLE_{meant}\\?"
    ) as info:
        merged_options(Options())
    assert info.value.hint == "unset it, or correct it"


def test_a_variable_that_is_like_none_may_be_a_plugins(places, monkeypatch):
    places("environment", seed=3)
    monkeypatch.setenv("SCUMBLE_TEACHER", "file")
    assert merged_options(Options()).seed == 3


@pytest.mark.parametrize(
    ("place", "values", "error", "message"),
    [
        ("user", {"strenght": 3}, UnknownName, "unknown option 'strenght'; did you mean 'strength'?"),
        (
            "project",
            {"strength": 300},
            BadOption,
            "strength is 300; input should be less than or equal to 100",
        ),
        ("project", {"weight": 3}, BadOption, "weight is 3; "),
        ("environment", {"strength": "x"}, BadOption, "strength is 'x'; "),
        ("environment", {"weight": "gram"}, BadOption, "weight.gram is ''; "),
    ],
)
def test_a_bad_value_is_refused_with_its_place(places, place, values, error, message):
    places(place, **values)
    with pytest.raises(BadOption) as info:
        merged_options(Options())
    assert message in info.value.message
    assert {"user": "(in user file ", "project": "(in project file scumble.toml)"}.get(
        place, "(in environment)"
    ) in info.value.message
    assert info.value.exit_code == 2
    assert issubclass(error, type(info.value).__mro__[1])


def test_a_file_that_is_no_toml_is_refused(desk):
    (desk / "scumble.toml").write_text("size: 800")
    with pytest.raises(BadOption, match=r"project file scumble\.toml cannot be read") as info:
        merged_options(Options())
    assert info.value.hint == "it holds TOML, as in: size = 800"


def test_scumble_config_names_the_user_s_file_which_then_must_be_there(desk, monkeypatch):
    monkeypatch.setenv("SCUMBLE_CONFIG", "mine.toml")
    with pytest.raises(BadOption, match=r"there is no file 'mine\.toml', which SCUMBLE_CONFIG names"):
        merged_options(Options())
    (desk / "mine.toml").write_text("seed = 9")
    assert merged_options(Options()).seed == 9


def test_merging_no_places_gives_the_defaults():
    assert merge(layers({})) == Options()


def test_config_shows_each_value_and_where_it_came_from(scumble, places):
    places("user", preset="draft", seed=1)
    places("project", strength=60)
    places("environment", threads=2)
    done = scumble("config", "--history", "7")
    assert done.code == 0
    lines = {line.split()[0]: line for line in done.out.splitlines()}
    assert lines.keys() == Options.model_fields.keys()
    assert lines["preset"].split(None, 1)[1] == f'"draft"  (user file {user_file()})'
    assert lines["size"].split(None, 1)[1] == '"384"  (preset draft)'
    assert lines["strength"].split(None, 1)[1] == "60.0  (project file scumble.toml)"
    assert lines["threads"].split(None, 1)[1] == "2  (environment)"
    assert lines["history"].split(None, 1)[1] == "7  (flag)"
    assert lines["rate"].split(None, 1)[1] == "null  (default)"
    told = json.loads(scumble("config", "--history", "7", "--json").out)
    assert told["history"] == {"value": 7, "from": "flag"}


def test_a_run_takes_its_options_from_all_places(scumble, places):
    places("project", size=64, steps=[2])
    places("environment", coarsest="0")
    told = json.loads(scumble("stylize", "photo.png", "paint.png", "--seed", "5", "--dry-run", "--json").out)
    assert told["scales"] == [{"width": 64, "height": 48, "steps": 2, "history": 10, "tile": None}]


def test_presets_are_listed_and_shown_with_their_reasons(scumble):
    listed = scumble("presets").out
    assert "draft" in listed
    assert "coursera" in listed
    shown = scumble("presets", "draft").out
    assert 'size = "384"\n      Half the pixels of 512' in shown
    told = json.loads(scumble("presets", "--json").out)
    assert {"name", "summary", "options"} == told[0].keys()


@pytest.fixture(params=["scumble.toml", "SCUMBLE_CONFIG", "user"])
def file(request, desk, monkeypatch):
    """A path that is read for options, in each of the places."""
    path = {"user": user_file(), "scumble.toml": desk / "scumble.toml"}.get(request.param, desk / "mine.toml")
    if request.param == "SCUMBLE_CONFIG":
        monkeypatch.setenv("SCUMBLE_CONFIG", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def sparse(path):
    with path.open("wb") as file:
        file.truncate(3 << 30)


NO_FILES = {
    "FIFO": (os.mkfifo, "it is no regular file"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "it is no regular file"),
    "folder": (Path.mkdir, "it is no regular file"),
    "sparse": (sparse, "it has 3,221,225,472 bytes; 65,536 are allowed"),
    "loop": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "brackets": (
        lambda path: path.write_text("a = " + "[" * 1200 + "]" * 1200),
        "it is nested more than 32 deep",
    ),
    "tables": (lambda path: path.write_text("a = " + "{a=" * 1200), "it is nested more than 32 deep"),
    "dotted": (lambda path: path.write_text("a." * 30_000 + "a = 1"), "it is nested more than 32 deep"),
    "quoted": (lambda path: path.write_text('"a".' * 10_000 + "a = 1"), "it is nested more than 32 deep"),
    "many": (lambda path: path.write_text("".join(f"a{i}.b = 1\n" for i in range(60_000))), "are allowed"),
    "UTF-16": (lambda path: path.write_text("size = 800", encoding="utf-16"), "save it as UTF-8"),
    "UTF-16 bare": (lambda path: path.write_text("size = 800", encoding="utf-16-le"), "save it as UTF-8"),
    "latin-1": (lambda path: path.write_bytes(b"start = '\xe9'"), "can't decode byte 0xe9"),
    "digits": (lambda path: path.write_text("seed = " + "9" * 5000), "Exceeds the limit"),
}


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_of_options_is_refused_in_a_line(scumble, file, kind):
    make, reason = NO_FILES[kind]
    make(file)
    done = scumble("config")
    assert (done.code, done.out) == (2, "")
    error, hint = done.err.splitlines()
    assert "cannot be read: " in error
    assert reason in error
    assert hint == "hint: it holds TOML, as in: size = 800"


@pytest.mark.parametrize(
    "command", ["--help", "presets", "weights list", "stylize --help", "show gone.png", "--version"]
)
def test_commands_that_need_no_options_read_none(scumble, desk, command):
    os.mkfifo(desk / "scumble.toml")
    assert "scumble.toml" not in scumble(*command.split()).err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_file_of_another_editor_is_read(file, encoding, ending):
    text = ending.join(["# comment [[[[", 'start = "a.b.c[[d"', "seed = 9", "[weight]", "gram = 2", ""])
    file.write_bytes(text.encode(encoding))
    settled = merged_options(Options())
    assert (settled.start, settled.seed, settled.weight["gram"]) == ("a.b.c[[d", 9, 2)


TOML = st.text(st.sampled_from("ab=[]{}.,\"'\\#\n \t019-:sizeweightgram\u00e9\ufeff"), max_size=60)


@given(text=TOML | st.text() | st.builds("{} = {}".format, st.sampled_from(list(Options.model_fields)), TOML))
@settings(suppress_health_check=list(HealthCheck))
def test_no_file_raises_anything_undeclared(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode(errors="surrogatepass"))
    with suppress(ScumbleError):
        read_layer(path, "file")


@given(st.text(st.sampled_from("a.[]{}=\"'\\#\n1 ")))
def test_what_the_parser_takes_is_not_too_deep(text):
    with suppress(tomllib.TOMLDecodeError):
        tomllib.loads(text)
        require_shallow(text)


HOMELESS = """
import os, pwd, sys
os.environ.pop("HOME", None)
def nobody(_):
    raise KeyError("uid not found")
pwd.getpwuid = nobody  # as where a container runs as a number alone
from scumble.cli.process import process
process()
"""


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["stylize", "photo.png", "paint.png", *TINY, "-o", "out.png"], 0),
        (["stylize", "photo.png", "paint.png", *TINY, "--dry-run"], 0),
        (["config"], 0), (["weights", "list"], 0), (["weights", "verify"], 0), (["weights", "path"], 4),
        (["weights", "fetch", "vgg19"], 4), (["stylize", "photo.png", "paint.png", "--backbone", "vgg19"], 4),
    ],
)  # fmt: skip
def test_a_user_without_a_home(desk, command, code):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    program = [sys.executable, "-c", HOMELESS, *command]
    done = subprocess.run(program, capture_output=True, text=True, env=environment, timeout=900)
    assert done.returncode == code, done.stderr
    assert "unexpected" not in done.stderr
    if command[:2] == ["weights", "fetch"]:
        assert (
            done.stderr
            == "error: this user has no home folder for weights\nhint: set SCUMBLE_CACHE_DIR to a folder\n"
        )
    assert not [path for path in desk.iterdir() if path.name.startswith(("~", "."))]
