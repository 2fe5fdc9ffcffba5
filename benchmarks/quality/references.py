"""The pictures that a painted one is held against: content and style at its size, and the content recolored."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from benchmarks.quality.pairs import Pair
from scumble.image.color import from_oklab, oklab
from scumble.image.resize import resize
from scumble.image.tensors import to_picture, to_tensor
from scumble.options import Options
from scumble.runs.prepare import prepare


@dataclass(frozen=True)
class References:
    """Content and style at the sizes at which a run sees them at its last scale."""

    content: Image.Image
    style: Image.Image

    def tensors(self) -> tuple[Tensor, Tensor]:
        """Return both as (1, 3, H, W)."""
        return to_tensor(self.content), to_tensor(self.style)


def references(pair: Pair, options: Options) -> References:
    """Return the references of a pair for runs with these options."""
    plan = prepare(str(pair.content), str(pair.style), options).plan
    style = plan.styles[0]
    size = plan.style_sizes(plan.scales[-1])[0]
    return References(resize(plan.content.rgb, (plan.width, plan.height)), resize(style.rgb, size))


def power(matrix: Tensor, exponent: float) -> Tensor:
    """Return a power of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    scaled = vectors * values.clamp(min=1e-12) ** exponent
    result: Tensor = scaled @ vectors.T
    return result


def recolored(content: Image.Image, style: Image.Image) -> Image.Image:
    r"""Return the content with mean and covariance of the style's OkLab colors.

    .. math:: x \mapsto \mu_s + A (x - \mu_c), \quad
       A = C^{-1/2} \left(C^{1/2} S C^{1/2}\right)^{1/2} C^{-1/2}

    with `C` and `S` the covariances, the content's with 1e-6 on its diagonal; clipped to what sRGB can show.

    Reference:
        Pitié and Kokaram: The Linear Monge-Kantorovitch Linear Colour Mapping (2007).
    """
    lab = oklab(to_tensor(content).double())
    own, other = (x[0].flatten(1) for x in (lab, oklab(to_tensor(style).double())))  # (3, N)
    covariance = torch.cov(own) + 1e-6 * torch.eye(3, dtype=torch.float64)
    root, inverse = power(covariance, 0.5), power(covariance, -0.5)
    transport = inverse @ power(root @ torch.cov(other) @ root, 0.5) @ inverse
    moved = transport @ (own - own.mean(1, keepdim=True)) + other.mean(1, keepdim=True)
    return to_picture(from_oklab(moved.view(lab.shape)))
