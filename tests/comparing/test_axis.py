"""Axes of a grid: how options and their values are written, and what is refused."""

import pytest

from scumble.comparing.axis import Axis, option_of, parse_axis
from scumble.errors import BadOption, UnknownName
from scumble.options import Options


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("strength=20,50,80", "strength", ("20", "50", "80")),
        (" strength = 20, 50 ,", "strength", ("20", "50")),
        ("noise_ratio=0,1", "noise-ratio", ("0", "1")),
        ("noise-ratio=0;1", "noise-ratio", ("0", "1")),
        ("steps=10;20,5", "steps", ("10", "20,5")),
        ("style_layers=relu1_1,relu2_1;relu4_1=1", "style-layers", ("relu1_1,relu2_1", "relu4_1=1")),
        ("style-layers=relu1_1;relu2_1 | relu3_1", "style-layers", ("relu1_1;relu2_1", "relu3_1")),
        ("style-weights=1,0;0,1", "style-weights", ("1,0", "0,1")),
        ("weight.gram-gatys=0,1e3", "weight.gram-gatys", ("0", "1e3")),
        ("init=content,noise", "start", ("content", "noise")),
        ("preset=draft,default", "preset", ("draft", "default")),
        ("start=a;b,c.png", "start", ("a", "b,c.png")),
    ],
)
def test_an_option_and_its_values(text, name, values):
    assert parse_axis(text) == Axis(name, values)


@pytest.mark.parametrize("name", [name for name in Options.model_fields if name not in ("weight", "every")])
def test_every_option_can_be_an_axis(name):
    value = Options().model_dump()[name]
    axis = parse_axis(f"{name}=A;B")
    if value is not None:
        assert getattr(Options().replace(**axis.change(value)), name) == value


def test_options_that_take_lists_are_known_by_their_kind():
    known = [name for name in Options.model_fields if name not in ("weight", "every")]
    defaults = Options().model_dump()
    lists = [name for name in known if isinstance(defaults[name], dict | tuple) and name != "style_scale"]
    assert parse_axis("style-scale=1;1,2").values == (
        "1",
        "1,2",
    )  # of one style a single number, of several a list
    assert [name for name in known if option_of(name)[1]] == lists
    assert {"steps", "style_layers", "style_weights"} <= set(lists)


def test_a_loss_is_changed_beside_the_others():
    changed = Options(weight={"content": 3}).replace(**parse_axis("weight.gram=1,2").change("2"))
    assert (changed.weight["gram"], changed.weight["content"]) == (2, 3)


def test_each_style_is_a_value():
    axis = parse_axis("style", ["a/woodcut.jpg", b"bytes"])
    assert axis.labels == ["woodcut", "style 2"]
    assert axis.change("woodcut") == {}


def test_values_stand_with_their_option():
    assert parse_axis("weight.gram=0,1").labels == ["weight.gram 0", "weight.gram 1"]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("strenght=1,2", UnknownName, "unknown axis 'strenght'; did you mean 'strength'?"),
        ("=1,2", UnknownName, "unknown axis ''"),
        ("weight=1,2", UnknownName, "unknown axis 'weight'"),
        ("every=1,2", UnknownName, "unknown axis 'every'"),
        ("strength.gram=1,2", UnknownName, "unknown axis 'strength.gram'"),
        ("weight.gramm=1,2", UnknownName, "unknown loss 'gramm'; did you mean 'gram'?"),
        ("strength=20", BadOption, "the axis 'strength' has 1 of the 2 values that it needs"),
        ("strength=", BadOption, "has 0 of the 2 values"),
        ("strength", BadOption, "has 0 of the 2 values"),
        ("steps=10,20", BadOption, "the axis 'steps' has 1 of the 2 values"),
        ("strength=20,50,20", BadOption, "the axis 'strength' has the value '20' twice"),
        ("style", BadOption, "the axis 'style' has 1 of the 2 values"),
        ("style=a.jpg,b.jpg", BadOption, "style takes no values"),
    ],
)
def test_axes_that_cannot_be(text, kind, message):
    with pytest.raises(kind) as caught:
        parse_axis(text, ["one.jpg"])
    assert message in caught.value.message
    assert caught.value.hint or kind is UnknownName


def test_the_separator_of_lists_is_hinted_at():
    with pytest.raises(BadOption) as caught:
        parse_axis("steps=10,20")
    assert caught.value.hint == "write steps=A;B"
