"""A picture to stay near: from the options to the pixels and the record."""

from typing import Any

import pytest
from PIL import Image

import scumble
from scumble.errors import BadOption, UsageError
from scumble.image.tensors import to_tensor

SMALL: dict[str, Any] = {
    "size": 64,
    "coarsest": 32,
    "steps": (6, 4),
    "threads": 1,
    "device": "cpu",
    "color": "match",
}

pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def desk(desk, content):
    """The folder, and in it the frame before and a mask, which is white on the right."""
    Image.new("RGB", content.rgb.size, (40, 90, 160)).save("before.png")
    mask = Image.new("L", content.rgb.size, 0)
    mask.paste(255, (32, 0, 64, 48))
    mask.save("trust.png")
    return desk


def painted(**options):
    """Return the picture, and how far each half of it is from the frame before."""
    made = scumble.stylize("photo.png", "paint.png", **SMALL | options)
    apart = (to_tensor(made.image) - to_tensor(Image.open("before.png").convert("RGB"))).abs()
    return made, float(apart[..., :28].mean()), float(apart[..., 36:].mean())


@pytest.mark.usefixtures("desk")
def test_the_picture_stays_near_where_the_mask_is_white():
    _, left, right = painted()
    near = {"previous": "before.png", "weight": {"previous": 1000}}
    _, left_near, right_near = painted(**near)
    assert left_near < 0.5 * left
    assert right_near < 0.5 * right
    _, left_masked, right_masked = painted(**near, previous_mask="trust.png")
    assert right_masked < 0.5 * right
    assert left_masked > 0.7 * left


@pytest.mark.usefixtures("desk")
def test_the_record_names_both_and_rerun_finds_them(desk):
    from scumble.runs.again import prepare_again

    options = {"previous": desk / "before.png", "previous_mask": desk / "trust.png"}
    made, *_ = painted(weight={"previous": 10}, **{name: str(path) for name, path in options.items()})
    record = scumble.Record.from_json(made.record.to_json())
    assert record.previous.name == record.options["previous"] == "before.png"
    assert record.previous_mask.name == record.options["previous_mask"] == "trust.png"
    again = prepare_again(record, [desk])
    assert {path.name for path in again.reads} == {"photo.png", "paint.png", "before.png", "trust.png"}
    list(again)
    assert again.result().image.tobytes() == made.image.tobytes()


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"weight": {"previous": 1}},
            "the loss 'previous' compares with a previous picture, and none was given",
        ),
        (
            {"previous": "before.png"},
            "the previous picture 'before.png' is given, and no loss compares with it",
        ),
        ({"previous_mask": "trust.png"}, "previous_mask is 'trust.png', and there is no previous picture"),
        ({"previous": "before.png", "color": "luma"}, "color is 'luma', given back to what is painted"),
    ],
)
def test_what_does_not_go_together_is_said(options, message):
    with pytest.raises(BadOption, match=message):
        scumble.stylize("photo.png", "paint.png", **SMALL | options)


@pytest.mark.usefixtures("desk")
def test_another_shape_is_refused():
    Image.new("RGB", (64, 64)).save("square.png")
    with pytest.raises(
        UsageError, match=r"'square\.png' is 64 x 64, which is not the shape of the content, 64 x 48"
    ):
        scumble.stylize("photo.png", "paint.png", previous="square.png", weight={"previous": 1})
