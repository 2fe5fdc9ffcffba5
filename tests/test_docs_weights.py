"""The command lines of `docs/concepts/weights.md` cost what the programs cost that they stand for."""

import re

import pytest
import torch

from scumble.cli.app import app
from scumble.losses.base import losses

from .docs import blocks, commands

WIDTHS = (64, 128, 256, 512, 512)
SIZE = (32, 48)  # height and width of the picture
PIXELS = SIZE[0] * SIZE[1]
FIVE = tuple(f"relu{block}_1" for block in range(1, 6))
CALLS = {
    block.heading: commands(block)[0]
    for block in blocks("console")
    if block.page == "docs/concepts/weights.md"
}


class Picture(dict[str, torch.Tensor]):
    """A picture's features: random activations of VGG's shapes, the same for the same seed."""

    def __init__(self, seed):
        super().__init__()
        self.random = torch.Generator().manual_seed(seed)
        self["image"] = torch.rand(1, 3, *SIZE, generator=self.random, dtype=torch.double)
        for layer in ("relu4_2", "relu5_2", "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", *FIVE):
            block = int(re.search(r"\d", layer)[0])
            shape = (1, WIDTHS[block - 1], *(side // 2 ** (block - 1) for side in SIZE))
            self[layer] = torch.rand(shape, generator=self.random, dtype=torch.double)


IMAGE, CONTENT, STYLE = (Picture(seed) for seed in (1, 2, 3))


def ours(options):
    """Return the cost of the image under some options."""
    total = 0.0
    for name, weight in options.weight.items():
        loss = losses[name]()
        layers = options.content_layers if loss.reference == "content" else options.style_layers
        for layer, share in ({"image": 1.0} if loss.on_image else layers).items():
            statistic = loss.statistic(IMAGE[layer])
            reference = {"content": CONTENT, "style": STYLE}.get(loss.reference)
            target = loss.statistic(reference[layer]) if reference else torch.zeros_like(statistic)
            factor = loss.factor(IMAGE[layer][0, 0].numel(), PIXELS)
            total += weight * share * factor * float(loss.distance(statistic, target))
    return total


def squares(layer):
    """Return the differences to the content, squared."""
    return (IMAGE[layer] - CONTENT[layer]) ** 2


def products(layer):
    """Return two matrices: the summed products of every two channels of the image, and of the style."""
    rows = (picture[layer].flatten(2)[0] for picture in (IMAGE, STYLE))
    return [row @ row.T for row in rows]


def of_elements(layer):
    """Return the mean squared difference of both matrices, each over the number of activations."""
    image, style = products(layer)
    return ((image / IMAGE[layer].numel() - style / STYLE[layer].numel()) ** 2).mean()


def of_positions(layer):
    """Return the same with the number of positions."""
    return of_elements(layer) * IMAGE[layer].shape[1] ** 2


def of_pixels(layer):
    """Return the Keras example's: a sum, over 4 times 3 squared times the picture's size squared."""
    image, style = products(layer)
    return ((image - style) ** 2).sum() / (4 * 3**2 * PIXELS**2)


def variation():
    """Return the sum of mean squared differences of neighbors, pixels up to 255."""
    image = 255 * IMAGE["image"]
    padded = torch.nn.functional.pad(image, (0, 1, 0, 1), "replicate")  # a last difference of 0, in the mean
    across, down = padded[..., :-1, 1:] - image, padded[..., 1:, :-1] - image
    return (across**2).mean() + (down**2).mean()


def gatys():
    style = sum(1e3 / width**2 * of_positions(layer) for layer, width in zip(FIVE, WIDTHS, strict=True))
    return squares("relu4_2").mean() + style


def neural_style():
    return 5 * squares("relu4_2").mean() + 100 * sum(map(of_elements, FIVE))


def anishathalye():
    return 5 * squares("relu4_2").mean() + 500 * sum(map(of_elements, FIVE)) / 5 + 100 * variation()


def keras():
    return 1e6 * (2.5e-8 * squares("relu5_2").sum() + 1e-6 / 5 * sum(map(of_pixels, FIVE)))


def titu():
    return 0.025 * squares("relu5_2").sum() + 1 / 5 * sum(map(of_pixels, FIVE))


def pytorch():
    five = ("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1")
    return squares("conv2_2").mean() + 1e6 * sum(map(of_elements, five))


def tensorflow():
    return 1e4 * squares("relu5_2").mean() + 1e-2 / 5 * sum(map(of_positions, FIVE))


def coursera():
    content = squares("relu4_2").sum() / (4 * IMAGE["relu4_2"].numel())
    style = 0.0
    for layer, width in zip(FIVE, WIDTHS, strict=True):
        image, painting = products(layer)
        style += 0.2 * ((image - painting) ** 2).sum() / (4 * width**2 * IMAGE[layer][0, 0].numel() ** 2)
    return 10 * content + 40 * style


@pytest.mark.parametrize(
    ("heading", "theirs"),
    [
        ("The Coursera exercise", coursera),
        ("Gatys' notebook", gatys),
        ("neural-style and neural-style-pt", neural_style),
        ("anishathalye/neural-style", anishathalye),
        ("The Keras example", keras),
        ("titu1994's Network.py", titu),
        ("The PyTorch tutorial", pytorch),
        ("The TensorFlow tutorial", tensorflow),
    ],
)
def test_a_converted_weight_costs_the_same(heading, theirs):
    _, bound, _ = app.parse_args(CALLS[heading][1:], exit_on_error=False, print_error=False)
    options = bound.arguments.get("options")
    assert ours(options) == pytest.approx(float(theirs()), rel=1e-5)
