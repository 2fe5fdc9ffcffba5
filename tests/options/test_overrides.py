"""What a type checker is told of the options, beside the options themselves."""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from scumble.options import Options
from scumble.options.overrides import Overrides

HINTS = get_type_hints(Overrides)


def test_every_option_has_a_type_and_nothing_else_has():
    assert list(HINTS) == list(Options.model_fields)
    assert not Overrides.__required_keys__


def members(kind):
    """Return the kinds of which a type is one."""
    return set(get_args(kind)) if get_origin(kind) in (Union, UnionType) else {kind}


PLAIN = {bool, int, float, str, type(None)}


@pytest.mark.parametrize("name", Overrides.__annotations__)
def test_what_an_option_is_may_be_given(name):
    own, told = members(Options.model_fields[name].annotation), members(HINTS[name])
    if any(get_origin(kind) is Literal for kind in own):
        assert told == own
    else:
        assert own & PLAIN <= told
        assert own & PLAIN or told - {float, int, str}


GIVEN: dict[str, list[Any]] = {
    "size": [64, "64", (64, 48)],
    "regions": [3, "off"],
    "style_weights": [1.0, "1,2", (1, 2), ["1", "2"]],
    "style_crop": ["0,0,1,1", ["0,0,1,1", "0,0,0.5,1"], (0, 0, 1, 1), [(0, 0, 1, 1), (0, 0, 0.5, 1)]],
    "style_turns": ["90,flip", ("90", "flip")],
    "content_mask": ["a.png", ["a.png", "b.png"]],
    "content_layers": ["relu1_1,relu2_1", ["relu1_1", "relu2_1"], {"relu1_1": 2}],
    "style_layers": ["relu1_1;relu2_1", ["relu1_1"], {"relu1_1": 2}, [{"relu1_1": 2}, {"relu2_1": 1}]],
    "steps": [3, "3,2", (3, 2), ["3", "2"]],
    "weight": [{"gram": 2}],
}


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, all_ in GIVEN.items() for one in all_])
def test_what_a_type_allows_is_taken(name, value):
    assert name in Options(**{name: value}).given
