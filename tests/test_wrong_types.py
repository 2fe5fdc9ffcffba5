"""Public calls with arguments of the wrong type: one of our errors, in a line, before anything is painted."""

import pytest
import torch

import scumble
from scumble import look
from scumble.errors import UsageError

pytestmark = pytest.mark.usefixtures("weights")


@pytest.mark.parametrize("options", [{"size": 64}, [1], "draft", scumble.Options])
def test_options_that_are_none_are_refused_with_the_remedy(content, style, options):
    with pytest.raises(UsageError, match=r"options is of type \w+; it should be a scumble.Options") as found:
        scumble.stylize(content, style, options)
    assert "**options" in found.value.hint
    with pytest.raises(UsageError):
        scumble.stylize_steps(content, style, options)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda content, style: scumble.stylize(content, style, on_step=3, size=48),
        lambda content, style: scumble.stylize([content], style),
        lambda _content, style: scumble.stylize(None, style),
        lambda content, _style: scumble.stylize(content, 3),
        lambda _content, style: scumble.Style(style, "1"),
        lambda _content, style: scumble.Style(style, None),
        lambda _content, _style: scumble.read_record(3),
        lambda _content, _style: scumble.read_record(None),
        lambda _content, style: scumble.stylize(torch.zeros(3, 48, 48, device="meta"), style),
        lambda _content, style: scumble.stylize(torch.zeros(1, 3, 48, 48).to_sparse(), style),
        lambda _content, style: scumble.stylize(torch.zeros(3, 48, 48, dtype=torch.complex64), style),
        lambda content, _style: look.features(content, 3),
        lambda content, _style: look.features(content, None),
        lambda content, _style: look.activations(content, 3),
        lambda content, _style: look.activations(content, "relu1_1", channels=None, size=48),
        lambda content, _style: look.activations(content, "relu1_1", channels=2.5, size=48),
        lambda content, _style: look.activations(content, "relu1_1", channels=["a"], size=48),
        lambda content, _style: look.patches(content, "relu1_1", places="a", size=48),
        lambda content, _style: look.strongest_places(content, "relu1_1", "a", size=48),
        lambda content, _style: look.reconstruct(content, "relu1_1", loss=3, size=48),
        lambda content, _style: look.keeps(content, "relu1_1", of=3, size=48),
    ],
)
def test_what_is_of_the_wrong_type_is_an_error_of_ours(content, style, wrong):
    with pytest.raises(scumble.ScumbleError) as found:
        wrong(content, style)
    assert "\n" not in found.value.message
