"""Flag > environment > project file > user file > preset > default, and where each value came from."""

import json

import pytest

from scumble.cli.settings import layers, merge, settle, user_file
from scumble.errors import BadOption, UnknownName
from scumble.options import Options


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
    assert settle(Options()).seed == 0
    places("user", seed=1)
    assert settle(Options()).seed == 1
    places("project", seed=2)
    assert settle(Options()).seed == 2
    places("environment", seed=3)
    assert settle(Options()).seed == 3
    assert settle(Options(seed=4)).seed == 4


def test_a_preset_is_stronger_than_defaults_alone(places):
    places("user", preset="draft")
    assert (settle(Options()).size, settle(Options()).steps) == ("384", (30, 18, 8))
    places("project", size=200)
    assert (settle(Options()).size, settle(Options()).steps) == ("200", (30, 18, 8))
    assert settle(Options(preset="fine")).history == 20


def test_weights_of_all_places_are_merged(places):
    places("environment", weight="gram=2,variation=0")
    settled = settle(Options(weight={"gram": 3}))
    assert settled.weight == {**Options().weight, "variation": 0.0, "gram": 3.0}


def test_lists_and_mappings_are_written_in_the_environment_as_behind_their_flags(places):
    places("environment", steps="3,2", style_layers="relu1_1=0.2,relu2_1=0.8", style_weights="2,1")
    settled = settle(Options())
    assert settled.steps == (3, 2)
    assert settled.style_layers == {"relu1_1": 0.2, "relu2_1": 0.8}
    assert settled.style_weights == (2, 1)


def test_an_empty_variable_sets_nothing(places):
    places("environment", size="")
    assert settle(Options()).size == "512"


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
        settle(Options())
    assert info.value.hint == "unset it, or correct it"


def test_a_variable_that_is_like_none_may_be_a_plugins(places, monkeypatch):
    places("environment", seed=3)
    monkeypatch.setenv("SCUMBLE_TEACHER", "file")
    assert settle(Options()).seed == 3


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
        settle(Options())
    assert message in info.value.message
    assert {"user": "(in user file ", "project": "(in project file scumble.toml)"}.get(
        place, "(in environment)"
    ) in info.value.message
    assert info.value.exit_code == 2
    assert issubclass(error, type(info.value).__mro__[1])


def test_a_file_that_is_no_toml_is_refused(desk):
    (desk / "scumble.toml").write_text("size: 800")
    with pytest.raises(BadOption, match=r"project file scumble\.toml cannot be read") as info:
        settle(Options())
    assert info.value.hint == "it holds TOML, as in: size = 800"


def test_scumble_config_names_the_user_s_file_which_then_must_be_there(desk, monkeypatch):
    monkeypatch.setenv("SCUMBLE_CONFIG", "mine.toml")
    with pytest.raises(BadOption, match=r"there is no file 'mine\.toml', which SCUMBLE_CONFIG names"):
        settle(Options())
    (desk / "mine.toml").write_text("seed = 9")
    assert settle(Options()).seed == 9


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
