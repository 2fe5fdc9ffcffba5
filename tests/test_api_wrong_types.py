"""Public calls with arguments of the wrong type: one of our errors, in a line, before anything is painted."""

# What is given here is wrong on purpose.
# mypy: disable-error-code="arg-type, list-item"

from os import PathLike

import numpy as np
import pytest
import torch

import scumble
from scumble import look
from scumble.comparing.compare import References, compare
from scumble.errors import UsageError
from scumble.plugins import load_plugin
from scumble.runs.again import prepare_again

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
        lambda _content, style: scumble.Style(style, layers="relu1_1,relu1_1"),
        lambda _content, style: scumble.Style(style, layers="relu1_1=1,relu2_1"),
        lambda _content, style: scumble.Style(style, layers=b"relu1_1"),
        lambda _content, style: scumble.Style(style, layers=np.ones(3)),
        lambda _content, style: scumble.Style(style, layers=[1]),
        lambda _content, style: scumble.Style(style, crop=np.array([0, 0, 0.5, 1])),
        lambda _content, style: scumble.Style(style, crop=3),
        lambda content, style: scumble.stylize(content, scumble.Style(style, crop=[0, 1]), size=48),
        lambda content, style: scumble.stylize(content, scumble.Style(style, scale=np.ones(2)), size=48),
        lambda _content, _style: scumble.Options(3),
        lambda _content, _style: scumble.Options.model_construct(size=[]),
        lambda _content, _style: scumble.Options().model_copy(update={"strength": "x"}),
        lambda _content, _style: prepare_again(3, []),
        lambda _content, _style: compare(1, 2, References(), References()),
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


class Raising(PathLike[str]):
    def __fspath__(self):
        raise RuntimeError("first line\nsecond line")


class Numbered(PathLike[str]):
    def __fspath__(self):
        return 3


@pytest.mark.parametrize("path", [Raising(), Numbered()], ids=lambda path: type(path).__name__)
@pytest.mark.parametrize(
    "read",
    [
        lambda path, _picture: scumble.stylize(path, "style.png"),
        lambda path, picture: scumble.stylize(picture, path),
        lambda path, picture: scumble.stylize(picture, scumble.Style(picture, mask=path)),
        lambda path, picture: scumble.stylize(picture, scumble.Style(picture, content_mask=path)),
        lambda path, picture: scumble.Result(picture, None).save(path),
        lambda path, picture: scumble.Result(picture, None).save(path, on_exists="error"),
        lambda path, _picture: scumble.read_record(path),
        lambda path, _picture: load_plugin(path),
    ],
)
def test_what_does_not_tell_its_path_is_an_error_of_ours(content, path, read):
    with pytest.raises(UsageError, match=f"an object of type {type(path).__name__} names no path") as found:
        read(path, content)
    assert "\n" not in found.value.message
