"""Every option once: its meaning, its limits, and what is said of a value beyond them."""

import copy
import json
import pickle
from collections import deque
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scumble.errors import BadOption, UnknownName, UsageError
from scumble.options import Options
from scumble.options.values import parse_layers, parse_numbers
from scumble.presets import preset_names

FIELDS = Options.model_fields


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_option_says_what_it_means(name):
    description = FIELDS[name].description
    assert description.endswith(".")


@pytest.mark.parametrize("preset", preset_names())
def test_options_survive_being_written_down(preset):
    options = Options(preset=preset)
    assert Options(**options.model_dump()) == options
    assert Options(**json.loads(options.model_dump_json())) == options


def test_options_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Options().size = "3"  # type: ignore[misc]


CHANGES = {
    "set": lambda held: held.__setitem__("gram", 5),
    "delete": lambda held: held.__delitem__(next(iter(held))),
    "or": lambda held: held.__ior__({"gram": 5}),
    "update": lambda held: held.update(gram=5),
    "setdefault": lambda held: held.setdefault("gram", 5),
    "pop": lambda held: held.pop("gram", None),
    "popitem": lambda held: held.popitem(),
    "clear": lambda held: held.clear(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_within_options_can_be_changed(change):
    options = Options(style_layers=({"relu1_1": 1}, {"relu2_1": 1}), weight={"gram": 1})
    held = [options.weight, Options().weight, options.content_layers, *options.style_layers]
    for one in [*held, options.given["weight"], FIELDS["weight"].default]:
        before = dict(one)
        with pytest.raises(TypeError, match=r"frozen; options\.replace"):
            CHANGES[change](one)
        assert one == before
    CHANGES[change](options.given)  # a copy
    assert options.given == {"style_layers": ({"relu1_1": 1}, {"relu2_1": 1}), "weight": {"gram": 1}}


def test_options_are_copied_and_sent_to_other_processes():
    options = Options(preset="coursera", weight={"gram": 1}, steps=[3, 4])
    for other in (pickle.loads(pickle.dumps(options)), copy.deepcopy(options), copy.copy(options)):
        assert (other, other.given) == (options, options.given)
        assert other.replace(size=3).weight == options.weight


def test_what_was_given_is_not_what_its_giver_changes_later():
    weight, steps = {"gram": 1.0}, [3, 4]
    options = Options(weight=weight, steps=steps)
    weight["gram"], steps[0] = 9.0, 9
    again = options.replace(size=3)
    assert (again.weight["gram"], again.steps) == (1.0, (3, 4))


def test_what_was_given_is_plain_whatever_it_was():
    options = Options(
        steps=(number for number in (3, 4)),
        strength=np.float32(50),
        style_weights=deque([1, 2]),
        weight=MappingProxyType({"gram": np.float32(2)}),
    )
    assert json.loads(json.dumps(options.given)) == {
        "steps": [3, 4], "strength": 50.0, "style_weights": [1, 2], "weight": {"gram": 2.0},
    }  # fmt: skip
    assert Options(**json.loads(json.dumps(options.given))) == options.replace()


def test_equal_options_are_equal():
    assert Options(size=400) == Options(size="400")
    assert Options(size=400) != Options(size=401)
    assert Options(preset="default") == Options()
    assert Options() != "Options"


def test_equal_options_are_one_key():
    zeros = [Options(strength=zero, weight={"gram": 1, "moments": 2}) for zero in (0.0, -0.0)]
    turned = Options(strength=0, weight={"moments": 2, "gram": 1})
    assert len({*zeros, turned}) == 1
    layers = Options(style_layers="relu1_1;relu2_1")
    assert {layers: 1}[Options(style_layers="relu1_1;relu2_1")] == 1
    assert hash(layers) != hash(Options())


def test_no_copy_goes_unchecked():
    assert Options.model_construct(size=400) == Options(size=400)  # type: ignore[arg-type]
    copy = Options(size=400).model_copy(update={"strength": 10})
    assert (copy, copy.given) == (Options(size=400, strength=10), {"size": 400, "strength": 10})
    with pytest.raises(BadOption):
        copy.model_copy(update={"strength": 101})


def test_values_without_a_name_are_refused():
    with pytest.raises(UsageError, match=r"options go by name; \{'size': 400\} has none"):
        Options({"size": 400})


def test_what_was_given_is_known():
    assert Options().given == {}
    assert Options(size=400, preset="draft").given == {"size": 400, "preset": "draft"}


def test_a_preset_is_the_base_and_what_is_given_goes_over_it():
    options = Options(preset="coursera", size=123, steps=7)
    assert (options.size, options.steps, options.backbone) == ("123", (7,), "vgg19")


def test_weights_are_merged_with_the_presets():
    assert Options(preset="coursera", weight={"variation": 2}).weight == {
        "content-coursera": 10, "gram-gatys": 40, "variation": 2,
    }  # fmt: skip
    default = Options().weight
    assert Options(weight={"gram": 3}).weight == {**default, "gram": 3}
    assert Options(weight={"covariance": 0}).weight == {**default, "covariance": 0}
    assert Options().weight == default


def test_layers_are_not_merged():
    assert Options(style_layers={"relu2_1": 0.5}).style_layers == {"relu2_1": 0.5}


def test_replace_changes_what_is_named_and_keeps_what_was_given():
    options = Options(preset="draft", size=99, weight={"gram": 1}).replace(
        preset="fine", weight={"moments": 2}
    )
    assert (options.size, options.history) == ("99", 20)
    assert options.weight == {**Options().weight, "gram": 1, "moments": 2}
    assert Options(strength=10).replace() == Options(strength=10)
    assert Options(strength=10).replace(strength=20) == Options(strength=20)


def test_replace_does_not_change_the_original():
    options = Options(weight={"gram": 1})
    options.replace(weight={"gram": 2, "moments": 1}, size=3)
    assert options == Options(weight={"gram": 1})


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("relu1_1", {"relu1_1": 1.0}),
        ("relu1_1,relu2_1", {"relu1_1": 0.5, "relu2_1": 0.5}),
        (" relu1_1 = 0.2 , relu2_1=0.8,", {"relu1_1": 0.2, "relu2_1": 0.8}),
        (["relu1_1", "pool3"], {"relu1_1": 0.5, "pool3": 0.5}),
        ({"conv4": 2}, {"conv4": 2.0}),
    ],
)
def test_layers_as_text_list_and_mapping(text, layers):
    assert Options(style_layers=text).style_layers == layers


@pytest.mark.parametrize(
    ("value", "steps"), [("80,60", (80, 60)), (7, (7,)), ([1, 2], (1, 2)), (" 3 ", (3,))]
)
def test_numbers_as_text_list_and_alone(value, steps):
    assert Options(steps=value).steps == steps


def test_what_is_no_list_is_left_to_be_judged():
    assert parse_layers(None) is None
    assert parse_numbers(None) is None


BAD = [
    ({"size": "big"}, "size is 'big'; it should be as 512, 400x300", "size: Long edge"),
    ({"size": 0}, "size is '0'; it should be as 512, 400x300", "size: "),
    ({"size": "400x"}, "size is '400x'; it should be as 512, 400x300", "size: "),
    ({"size": "16385"}, "size is '16385'; a side may have at most 16384 pixels", ""),
    ({"size": "10x99999"}, "size is '10x99999'; a side may have at most 16384 pixels", ""),
    ({"size": True}, "size is True; input should be a valid string", "size: "),
    ({"strength": 101}, "strength is 101; input should be less than or equal to 100", "strength: How much"),
    ({"strength": "strong"}, "strength is 'strong'; input should be a valid number", "strength: "),
    ({"strength": float("nan")}, "strength is nan; input should be", "strength: "),
    (
        {"weight": {"gram": -1}},
        "weight.gram is -1; input should be greater than or equal to 0",
        "weight.gram: ",
    ),
    ({"weight": {"gram": float("inf")}}, "weight.gram is inf; input should be", "weight.gram: "),
    ({"weight": 3}, "weight is 3; input should be a valid dictionary", "weight: "),
    (
        {"steps": "80,many"},
        "number 2 of steps is 'many'; input should be a valid integer",
        "steps: Updates at each",
    ),
    ({"steps": ()}, "steps is []; tuple should have at least 1 item", "steps: "),
    ({"steps": -1}, "number 1 of steps is -1; input should be greater than or equal to 0", "steps: "),
    (
        {"content_layers": "elephant"},
        "'elephant' is no layer; layers are called conv1_1, relu4_2, pool3, ...",
        "",
    ),
    (
        {"content_layers": ""},
        "content_layers is {}; dictionary should have at least 1 item",
        "content_layers: ",
    ),
    (
        {"style_layers": "relu1_1="},
        "style_layers.relu1_1 is ''; input should be a valid number",
        "style_layers.",
    ),
    ({"pooling": "median"}, "pooling is 'median'; input should be 'own', 'max' or 'average'", "pooling: How"),
    ({"rate": 0}, "rate is 0; input should be greater than 0", "rate: Step length"),
    ({"history": 0}, "history is 0; input should be greater than or equal to 1", "history: "),
    ({"seed": -1}, "seed is -1; input should be greater than or equal to 0", "seed: Of the noise."),
    ({"threads": 1.5}, "threads is 1.5; input should be a valid integer", "threads: "),
    (
        {"style_weights": "0.5,-1"},
        "number 2 of style_weights is '-1'; input should be greater",
        "style_weights: Share",
    ),
    ({"start": ""}, "start is ''; string should have at least 1 character", "start: "),
    (
        {"color": "mine"},
        "color is 'mine'; input should be 'style', 'content', 'match', 'luma' or 'only'",
        "color: Whose",
    ),
    ({"color_amount": 1.5}, "color_amount is 1.5; input should be less than or equal to 1", "color_amount: "),
    ({"device": "abacus"}, "device is 'abacus'; input should be 'auto', 'cpu'", "device: "),
]


@pytest.mark.parametrize(("values", "message", "hint"), BAD, ids=lambda it: str(it)[:40])
def test_a_value_that_will_not_do(values, message, hint):
    with pytest.raises(BadOption) as error:
        Options(**values)
    assert error.value.message.startswith(message)
    assert "\n" not in error.value.message
    assert error.value.hint.startswith(hint)
    assert error.value.exit_code == 2
    with pytest.raises(BadOption):
        Options(weight={"gram": 1}).replace(**values)


def test_a_long_value_is_cut_short():
    with pytest.raises(BadOption) as error:
        Options(size="9" * 10_000)
    assert len(error.value.message) < 200


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"strenght": 60}, "unknown option 'strenght'; did you mean 'strength'? known: preset, size, "),
        ({"preset": "courser"}, "unknown preset 'courser'; did you mean 'coursera'? known: "),
        ({"backbone": "vgg18"}, "unknown backbone 'vgg18'; did you mean 'vgg1"),
        ({"optimizer": "adm"}, "unknown optimizer 'adm'; did you mean 'adam'? known: adam, "),
        ({"weight": {"gramm": 1}}, "unknown loss 'gramm'; did you mean 'gram'? known: content, "),
        ({"preset": None}, "unknown preset 'None'; known: "),
        ({"self": 3}, "unknown option 'self'; "),
    ],
)
def test_a_name_that_does_not_exist(values, message):
    with pytest.raises(UnknownName) as error:
        Options(**values)
    assert error.value.message.startswith(message)
    assert error.value.exit_code == 2


numbers = st.integers() | st.floats()
texts = st.text(max_size=20) | st.sampled_from(
    [
        "default",
        "relu1_1",
        "relu1_1=2,relu2_1",
        "80,60",
        "512",
        "4x4",
        "gram",
        "lbfgs",
        "compact",
        "nan",
        "1e400",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(list(FIELDS)) | texts, values, max_size=4))
def test_arbitrary_values_give_options_or_an_error_of_ours(given):
    with suppress(UsageError):
        options = Options(**given)
        assert Options(**options.model_dump()) == options


@pytest.mark.parametrize("name", list(FIELDS))
@given(value=values)
def test_an_arbitrary_value_of_one_option(name, value):
    for make in (Options, Options(weight={"gram": 1}).replace):
        with suppress(UsageError):
            make(**{name: value})


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ("relu1_1,relu1_1", "names a layer twice"),
        ("relu1_1=1, relu1_1=2", "names a layer twice"),
        ("relu1_1,relu2_1=0.5", "gives some layers a weight and others none"),
    ],
)
def test_layers_that_could_be_meant_in_two_ways(layers, said):
    with pytest.raises(BadOption, match=said) as error:
        Options(style_layers=layers)
    assert error.value.exit_code == 2


MANY: list[dict[str, Any]] = [
    *({name: value} for name in ("steps", "style_weights", "style_scale", "style_turns", "style_crop", "weight",
      "content_mask", "style_mask", "content_layers", "style_layers") for value in ([()] * 65, [1] * 65)),
    {"steps": "1," * 65},
    {"style_crop": "0,0,1,1;" * 65},
    {"style_layers": "relu1_1;" * 65},
    {"style_layers": [{"relu1_1": [1] * 65}]},
    {"content_layers": ",".join(f"relu1_1{number}" for number in range(65))},
    {"weight": {f"loss{number}": [] for number in range(65)}},
]  # fmt: skip


@pytest.mark.parametrize("values", MANY, ids=lambda it: str(it)[:40])
def test_more_parts_than_anybody_means_are_refused_as_one(values):
    with pytest.raises(BadOption, match=r"(at most 64 parts, not \d+|valid dictionary)$") as error:
        Options(**values)
    assert len(error.value.message) < 200


@pytest.mark.parametrize("name", ["steps", "style_weights", "style_scale"])
def test_as_many_parts_as_are_allowed(name):
    assert len(getattr(Options(**{name: [1] * 64}), name)) == 64


class Silent:
    def __repr__(self):
        raise KeyError


@pytest.mark.parametrize("value", [10**5000, Silent(), [Silent(), Silent()], {"gram": Silent()}], ids=type)
@pytest.mark.parametrize("name", ["size", "strength", "steps", "preset", "seed", "weight", "style_layers"])
def test_what_cannot_be_shown_is_refused_in_a_line(name, value):
    with pytest.raises(UsageError) as error:
        Options(**{name: value})
    assert "\n" not in error.value.message
    assert len(error.value.message) < 400
