"""Neural style transfer as Gatys, Ecker and Bethge described it in 2015, in plain PyTorch, top to bottom.

    python examples/without_scumble.py examples/coffee.jpg examples/styles/strokes.jpg coffee.png

`with_scumble.py` paints the same picture with the library. The paper: https://arxiv.org/abs/1508.06576
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from torch import Tensor, nn

NETWORKS = {  # channels of the convolutions, block by block; each is followed by a ReLU, each block by a pool
    "vgg19": ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4),
    "compact": ((16, 16), (32, 32), (64, 64), (128, 128), (128,)),
}
BUNDLED = Path(__file__).parents[1] / "src" / "scumble" / "backbones" / "data" / "compact.safetensors"
CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = {"relu1_1": 0.2, "relu2_1": 0.2, "relu3_1": 0.2, "relu4_1": 0.2, "relu5_1": 0.2}
ALPHA, BETA = 10, 40  # weights of content and style
MEAN = 255 * torch.tensor([0.485, 0.458, 0.408]).view(1, 3, 1, 1)  # the mean color of photographs, RGB
NOISE_SHARE, NOISE = 0.6, 20  # of the first image, and how strong it is, of 255
RATE = 2.0  # of Adam: about so far, of 255, a pixel moves in one step


class Network(nn.Module):
    """A network that learned to recognize objects, up to its last convolutions; here it learns nothing more."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        with safe_open(path, framework="pt") as file:
            header = file.metadata()
            weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        self.input = json.loads(header["normalization"])
        edge: Literal["zeros", "replicate"] = "zeros" if header["backbone"] == "vgg19" else "replicate"
        self.names, self.features, inputs = list[str](), nn.Sequential(), 3
        for block, widths in enumerate(NETWORKS[header["backbone"]], start=1):
            for number, outputs in enumerate(widths, start=1):
                conv = nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode=edge)
                self.names += [f"conv{block}_{number}", f"relu{block}_{number}"]
                self.features.extend([conv, nn.ReLU()])
                inputs = outputs
            self.names.append(f"pool{block}")
            self.features.append(nn.AvgPool2d(2))  # gives smoother pictures than the maxima of VGG
        self.load_state_dict(weights)
        self.requires_grad_(False)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """Read an image (1, 3, H, W), RGB, 0 to 255; return each layer's activation (1, C, h, w) by its name."""
        mean, std = (torch.tensor(self.input[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
        ordered = image.flip(1) if self.input["channels"] == "bgr" else image
        activation, activations = (ordered / 255 * self.input["scale"] - mean) / std, {}
        for name, layer in zip(self.names, self.features, strict=True):
            activation = layer(activation)
            activations[name] = activation * self.input["gain"]  # in the units of the papers
        return activations


def content_cost(content: Tensor, image: Tensor) -> Tensor:
    """How far activations moved from their places: the sum of (a_C - a_G)^2 over 4 H W C."""
    return (content - image).square().sum() / (4 * content.numel())


def gram_matrix(activation: Tensor) -> Tensor:
    """Which channels fire together, (C, C); where they do is lost in the sum over positions."""
    unrolled = activation[0].flatten(1)  # (C, H W)
    return unrolled @ unrolled.T


def layer_style_cost(style: Tensor, image: Tensor) -> Tensor:
    """How far Gram matrices are apart: the sum of (G_S - G_G)^2 over (2 C H W)^2."""
    return (gram_matrix(style) - gram_matrix(image)).square().sum() / (2 * style.numel()) ** 2


def paint(network: Network, content: Tensor, style: Tensor, steps: int) -> Iterator[tuple[Tensor, ...]]:
    """Yield total, content and style cost of an image, and the better one that a step makes of it."""
    of_content, of_style = network(content), network(style)
    noise = NOISE * (2 * torch.rand(content.shape, generator=torch.Generator().manual_seed(0)) - 1)
    image = MEAN + (1 - NOISE_SHARE) * (content - MEAN) + NOISE_SHARE * noise
    adam = torch.optim.Adam([image.requires_grad_()], lr=RATE)
    for _ in range(steps):
        now = network(image)
        j_content = content_cost(of_content[CONTENT_LAYER], now[CONTENT_LAYER])
        j_style = torch.stack(
            [share * layer_style_cost(of_style[name], now[name]) for name, share in STYLE_LAYERS.items()]
        ).sum()
        total = ALPHA * j_content + BETA * j_style
        (image.grad,) = torch.autograd.grad(total, image)
        adam.step()
        yield total.detach(), j_content.detach(), j_style.detach(), image.detach()


def read(path: str, size: tuple[int, int]) -> Tensor:
    """Read a picture, stretched to width and height, as (1, 3, H, W), RGB, 0 to 255."""
    pixels = np.array(Image.open(path).convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=3))
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Paint a content in a style, in plain PyTorch.")
    for name in ("content", "style", "output"):
        parser.add_argument(name)
    parser.add_argument("--size", default="400x300", type=lambda text: tuple(map(int, text.split("x"))))
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--weights", type=Path, default=BUNDLED, help="a file of `scumble weights list`")
    asked = parser.parse_args()
    content, style = read(asked.content, asked.size), read(asked.style, asked.size)
    for step, (*costs, image) in enumerate(paint(Network(asked.weights), content, style, asked.steps)):
        if step % 20 == 0 or step == asked.steps - 1:
            print("step {}  total {:.4g}  content {:.4g}  style {:.4g}".format(step, *costs))
            pixels = image[0].clamp(0, 255).round().byte().permute(1, 2, 0)
            Image.fromarray(pixels.numpy()).save(asked.output)
