"""The presets: that they load, that they say why, and that the classic ones are what they are known as."""

import tomllib

import pytest

from scumble.backbones.base import backbones
from scumble.errors import UnknownName
from scumble.options import Options
from scumble.presets import FOLDER, load_preset, preset_names

OURS = ("default", "draft", "fine", "painting")
CLASSIC = [name for name in preset_names() if name not in OURS]
FIVE = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]

# The table of classic configurations, written out once more; pixels are 0 to 255 there, 0 to 1 here.
EXPECTED = {
    "coursera": {
        "backbone": "vgg19", "pooling": "average", "input": "0-255", "size": "400x300",
        "content_layers": {"relu4_2": 1}, "style_layers": dict.fromkeys(FIVE, 0.2),
        "weight": {"content-coursera": 10, "gram-gatys": 40},
        "start": "noisy-content", "noise_ratio": 0.6, "noise_amplitude": 0.6 * 20 / 255,
        "optimizer": "adam", "rate": 2 / 255, "steps": (200,), "every": 20, "coarsest": 0, "clip": False,
    },
    "coursera-tf2": {
        "backbone": "vgg19", "pooling": "own", "input": "raw", "size": "400x400",
        "content_layers": {"relu5_4": 1}, "style_layers": dict.fromkeys(FIVE, 0.2),
        "weight": {"content-coursera": 10, "gram-gatys": 40},
        "start": "noisy-content", "noise_ratio": 0, "noise_amplitude": 0.25,
        "optimizer": "adam", "rate": 0.01, "steps": (2501,), "every": 250, "coarsest": 0, "clip": True,
    },
    "zambare": {
        "backbone": "vgg19", "pooling": "average", "input": "0-255", "size": "400x300",
        "content_layers": {"relu4_2": 1},
        "style_layers": dict(zip(FIVE, (0.4, 0.3, 0.2, 0.2, 0.2), strict=True)),
        "weight": {"content-coursera": 5, "gram-gatys": 30},
        "start": "noisy-content", "noise_ratio": 0.6, "noise_amplitude": 0.6 * 20 / 255,
        "optimizer": "adam", "rate": 2 / 255, "steps": (200,), "every": 20, "coarsest": 0, "clip": False,
    },
    "noisy-content": {
        "backbone": "vgg19", "pooling": "own", "content_layers": {"relu5_4": 1},
        "style_layers": dict.fromkeys(FIVE, 0.2), "start": "noisy-content", "noise_ratio": 0,
        "optimizer": "adam", "coarsest": 0,
    },
    "vgg16-lbfgs": {
        "backbone": "vgg16", "pooling": "own", "input": "0-255", "size": "512x512",
        "content_layers": {"relu2_2": 1},
        "style_layers": dict.fromkeys(["relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"], 1 / 5),
        "weight": {"content-gatys": 0.025, "gram-keras": 1},
        "start": "noise", "optimizer": "lbfgs", "evaluations": 20, "steps": (50,), "every": 1, "coarsest": 0,
    },
    "gatys": {
        "backbone": "vgg19", "pooling": "average", "input": "0-255", "size": "512",
        "content_layers": {"relu4_2": 1}, "style_layers": dict.fromkeys(FIVE, 0.2),
        "weight": {"content-gatys": 1, "gram-gatys": 1000},
        "start": "noise", "optimizer": "lbfgs", "steps": (500,), "coarsest": 0,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_says_what_it_is_and_why(name):
    preset = load_preset(name)
    assert preset.name == name
    assert preset.summary.endswith(".")
    assert len(preset.summary) <= 118
    assert preset.reasons
    assert set(preset.reasons) <= set(Options.model_fields)
    assert all(reason.endswith(".") for reason in preset.reasons.values())
    assert set(preset.options) <= set(Options.model_fields)


@pytest.mark.parametrize("name", preset_names())
def test_a_file_holds_nothing_else(name):
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert {"summary", "reasons"} <= set(content) <= {"summary", "options", "reasons"}


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_gives_the_options_it_says(name):
    options = Options(preset=name)
    assert options.preset == name
    for option, value in load_preset(name).options.items():
        if option == "style_crop":
            assert options.style_crop == ((0.0, 0.0, 1.0, 1.0),), value
        else:
            assert getattr(options, option) == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize("name", OURS[1:])
def test_a_preset_of_ours_gives_a_reason_for_each_value(name):
    preset = load_preset(name)
    assert set(preset.reasons) == set(preset.options)


def test_the_default_preset_is_the_defaults():
    assert load_preset("default").options == {}
    defaults = {name: field.get_default() for name, field in Options.model_fields.items()}
    assert Options().model_dump() == defaults


@pytest.mark.parametrize("name", CLASSIC)
def test_a_classic_is_exactly_as_published(name):
    options = Options(preset=name).model_dump()
    expected = EXPECTED[name]
    found = {option: options[option] for option in expected}
    for option, value in expected.items():
        assert found[option] == (pytest.approx(value) if option != "steps" else value), option


@pytest.mark.parametrize("name", CLASSIC)
def test_a_classic_says_what_departs_from_the_default_where_it_matters(name):
    """Nothing of a classic is left to defaults that may change."""
    said = {
        "backbone",
        "pooling",
        "input",
        "weight",
        "content_layers",
        "style_layers",
        "start",
        "optimizer",
        "steps",
    }
    assert said | {"coarsest"} <= set(load_preset(name).options)


def test_there_is_no_such_preset():
    with pytest.raises(UnknownName, match="unknown preset 'gatis'; did you mean 'gatys'") as error:
        load_preset("gatis")
    assert error.value.exit_code == 2


@pytest.mark.parametrize("name", ["../presets/default", "", "default.toml", "/etc/passwd"])
def test_a_name_is_no_path(name):
    with pytest.raises(UnknownName):
        load_preset(name)


def test_the_pooling_of_its_own_is_by_maximum_for_vgg():
    assert {backbones[name].own_pooling for name in ("vgg16", "vgg19")} == {"max"}
