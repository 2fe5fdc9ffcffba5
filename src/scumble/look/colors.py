"""The color scale of activations: dark where a channel is silent, warm where it fires, cool below zero."""

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from scumble.image.sheet import INK, PAPER
from scumble.image.tensors import to_picture

# From silence to the strongest; lightness grows evenly, so that the scale is one in gray, too.
WARM = (
    (22, 20, 34),
    (72, 28, 84),
    (140, 36, 92),
    (200, 62, 72),
    (234, 118, 54),
    (246, 186, 82),
    (254, 246, 206),
)
COOL = (
    (22, 20, 34),
    (20, 48, 96),
    (18, 82, 146),
    (32, 122, 176),
    (78, 166, 196),
    (146, 206, 212),
    (220, 246, 240),
)


def colored(values: Tensor, most: float) -> Image.Image:
    """Return a map of activations in color.

    Args:
        values: (H, W).
        most: what the lightest colors stand for, above 0; at 0 all is silent.

    Example:
        >>> colored(torch.tensor([[0.0, 2.0, -2.0]]), 2.0).tobytes().hex(" ", 3)
        '161422 fef6ce dcf6f0'
    """
    share = (values.float() / (most or 1.0)).clamp(-1, 1)
    warm, cool = (
        _between(values.new_tensor(scale, dtype=torch.float32), share.abs()) for scale in (WARM, COOL)
    )
    rgb = torch.where(share[..., None] < 0, cool, warm) / 255  # (H, W, 3)
    return to_picture(rgb.permute(2, 0, 1)[None])


def _between(scale: Tensor, share: Tensor) -> Tensor:
    """Return the colors, (H, W, 3), of shares of the way through a scale, (N, 3)."""
    position = share * (len(scale) - 1)
    before = position.floor().clamp(max=len(scale) - 2)
    rest = (position - before)[..., None]
    return scale[before.long()] * (1 - rest) + scale[before.long() + 1] * rest


def scale_bar(low: float, high: float, most: float, width: int) -> Image.Image:
    """Return the color scale from `low`, 0 or below, to `high`, with numbers below; `most` is as in `colored`."""
    bar = colored(torch.linspace(low, high, width, dtype=torch.float32).expand(12, width), most)
    paper = Image.new("RGB", (width, 32), PAPER)
    paper.paste(bar, (0, 0))
    draw, font = ImageDraw.Draw(paper), ImageFont.load_default(12)
    lowest, highest = (
        " and " + word if abs(value) >= most > 0 else "" for value, word in ((low, "below"), (high, "above"))
    )
    draw.text((0, 15), number(low) + lowest, INK, font, "la")
    draw.text((width, 15), number(high) + highest, INK, font, "ra")
    zero = round(width * -low / ((high - low) or 1.0))
    if 0.35 < zero / width < 0.65:
        draw.text((zero, 15), "0", INK, font, "ma")
    return paper


def number(value: float) -> str:
    """Return an activation with as many digits as can be told apart.

    Example:
        >>> number(0.0), number(12.345), number(1234.5), number(-0.04321)
        ('0', '12.3', '1234', '-0.0432')
    """
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
