"""What is painted beyond the edges, and cut off."""

import pytest
import torch
from PIL import Image

from scumble import Style, stylize
from scumble.errors import BadOption
from scumble.image.frame import frame
from scumble.image.tensors import to_tensor
from scumble.options import Options
from scumble.plan.pyramid import Scale, pyramid
from scumble.regions.bleed import continued, continued_regions, continued_style, trimmed
from scumble.regions.found import Regions


def test_what_is_continued_and_trimmed_is_as_before():
    image = torch.rand(1, 3, 20, 30)
    canvas = continued(image, 5, 5)
    assert canvas.shape == (1, 3, 30, 40)
    assert torch.equal(trimmed(canvas, 5), image)
    assert torch.equal(canvas[..., 5:-5, 4], image[..., 1])
    assert torch.equal(canvas[..., -5, 5:-5], image[..., -2, :])
    assert continued(image, 0, 0) is image


def test_each_scale_bleeds_twice_as_far_as_the_one_before():
    assert [scale.bleed for scale in pyramid(512, 384, (5,), 128, bleed=2.5)] == [3, 6, 12]
    assert [scale.canvas for scale in pyramid(512, 384, (5,), 128, bleed=2.5)] == [
        (134, 102),
        (268, 204),
        (536, 408),
    ]
    assert [scale.bleed for scale in pyramid(4000, 3000, (5,), 128, bleed=2.5)][-1] == 96
    assert [scale.bleed for scale in pyramid(512, 384, (5,), 0, bleed=2.5)] == [13]
    assert {scale.bleed for scale in pyramid(512, 384, (5,), 128)} == {0}


@pytest.mark.parametrize("height", [1, 2, 17])
def test_a_strip_bleeds_no_further_than_it_can_be_mirrored(height):
    for scale in pyramid(512, height, (5,), 128, bleed=25):
        assert scale.bleed < scale.height
        assert (
            continued(torch.rand(1, 1, scale.height, scale.width), scale.bleed, scale.bleed).isfinite().all()
        )


@pytest.mark.parametrize("size", [(96, 128), (24, 32)])
def test_regions_go_on_beyond_the_edges(size):
    """A border at three quarters of the picture stays there."""
    content = torch.zeros(1, 2, *size)
    content[:, 0, :, : size[1] * 3 // 4] = content[:, 1, :, size[1] * 3 // 4 :] = 1
    regions = Regions(content, (content,))
    found = continued_regions(regions, Scale(256, 192, 1, 16))
    across, down = round(16 * size[1] / 256), round(16 * size[0] / 192)
    assert found.content.shape[-2:] == (size[0] + 2 * down, size[1] + 2 * across)
    assert torch.equal(found.content[..., down:-down, across:-across], content)
    assert torch.equal(found.content.sum(1), torch.ones_like(found.content[:, 0]))
    (one,) = found.styles
    assert one.shape[-1] - size[1] == one.shape[-2] - size[0] == 2 * round(16 * size[1] / 256)
    assert one.shape == continued_style(content, Scale(256, 192, 1, 16)).shape
    assert continued_regions(regions, Scale(256, 192, 1)) is regions
    assert continued_regions(None, Scale(256, 192, 1, 16)) is None


@pytest.mark.parametrize("bleed", [0, 2.5, 10])
@pytest.mark.parametrize("size", ["128", "100x60"])
def test_pictures_have_the_size_that_was_asked_for(content, style, bleed, size):
    asked = (128, 96) if size == "128" else (100, 60)
    result = stylize(content, style, size=size, bleed=bleed, steps=2, threads=1)
    assert result.image.size == asked


def test_strokes_go_on_to_the_edge():
    """Of a gray picture painted after stripes, the outermost pixels are as rough as the next ones."""
    gray = Image.new("RGB", (96, 96), (128, 120, 110))
    noise = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(1))
    photograph = Image.fromarray(
        ((to_tensor(gray) + 0.05 * (noise - 0.5))[0].permute(1, 2, 0) * 255).byte().numpy()
    )
    stripes = Image.new("RGB", (96, 96), "white")
    for x in range(0, 96, 8):
        stripes.paste((20, 30, 80), (x, 0, x + 4, 96))
    frames = [
        frame(to_tensor(stylize(photograph, stripes, size=96, strength=90, steps=40, coarsest=0, bleed=bleed,
                                regions="off", threads=1, precision="float32").image)[0].permute(1, 2, 0).numpy())
        for bleed in (0, 8)
    ]  # fmt: skip
    assert frames[1] < 0.8 * frames[0]


def test_the_styles_bleed_is_the_content_s_in_proportion():
    scale = Scale(256, 192, 1, 8)
    assert continued_style(torch.rand(1, 3, 192, 256), scale).shape == (1, 3, 208, 272)
    assert continued_style(torch.rand(1, 3, 512, 300), scale).shape == (1, 3, 544, 332)
    assert continued_style(torch.rand(1, 3, 2, 512), scale).shape == (1, 3, 4, 514)


def test_a_picture_that_is_not_painted_has_no_bleed(content, style):
    plain = stylize(content, style, size=64, strength=0, bleed=0).image
    assert stylize(content, style, size=64, strength=0, bleed=5).image.tobytes() == plain.tobytes()


def test_what_is_masked_out_is_the_content_still(content, style):
    mask = Image.new("L", (content.width, content.height), 0)
    mask.paste(255, (0, 0, content.width // 2, content.height))
    painted = Style(style, content_mask=mask)
    result = stylize(content, painted, size=64, steps=3, feather=0, bleed=5, threads=1).image
    untouched = stylize(content, style, size=64, strength=0).image
    box = (48, 0, 64, untouched.height)
    assert result.crop(box).tobytes() == untouched.crop(box).tobytes()


@pytest.mark.parametrize("bleed", [-1, 26, "wide"])
def test_other_bleeds_are_refused(bleed):
    with pytest.raises(BadOption, match="bleed is"):
        Options(bleed=bleed)
