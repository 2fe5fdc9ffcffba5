"""What the picture is before the first step."""

import torch
from torch import Tensor

from scumble.engine.scene import resized
from scumble.options import Options
from scumble.plan.pyramid import Scale

# Of photographs: the 123.68, 116.779, 103.939 that classic networks subtract.
MEAN_COLOR = (0.485, 0.458, 0.408)


def start_image(options: Options, content: Tensor, given: Tensor | None = None) -> Tensor:
    r"""Return the first image, as large as the content, (1, 3, H, W), [0, 1].

    - `content`, `style` or a file: that picture; the latter two come in `given`, in the content's size.
    - `noise`: uniform over [0, 1].
    - `noisy-content`: :math:`m + (1 - r)(c - m) + a u`, with the mean color :math:`m`, the content :math:`c`,
      `noise_ratio` :math:`r`, `noise_amplitude` :math:`a` and noise :math:`u` uniform over [-1, 1].

    The noise depends on the seed and the size alone, on every device.
    """
    if options.start == "content":
        return content.clone()
    if given is not None:
        return given
    random = torch.Generator().manual_seed(options.seed)
    noise = torch.rand(content.shape, generator=random, dtype=torch.float32).to(content.device)  # [0, 1]
    if options.start == "noise":
        return noise
    mean = content.new_tensor(MEAN_COLOR).view(1, 3, 1, 1)
    mixed = mean + (1 - options.noise_ratio) * (content - mean)
    return mixed + options.noise_amplitude * (2 * noise - 1)


def enlarged(image: Tensor, coarse: Tensor, content: Tensor, scale: Scale, share: float) -> Tensor:
    """Return the image that a scale begins with: that of the one before, and the detail that was not there yet.

    Args:
        image: of the scale before, (1, 3, h, w).
        coarse: the content there, as large.
        content: the content here, (1, 3, H, W), in the size of the scale's canvas.
        scale: that begins.
        share: of the content's detail that is added, [0, 1].
    """
    detail = content - resized(coarse, scale)
    return (resized(image, scale) + share * detail).clamp(0, 1)
