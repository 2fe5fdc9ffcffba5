"""What the picture is before the first step."""

import torch
from torch import Tensor

from scumble.options import Options

# Of photographs: the 123.68, 116.779, 103.939 that classic networks subtract.
MEAN_COLOR = (0.485, 0.458, 0.408)


def start_image(options: Options, content: Tensor, given: Tensor | None = None) -> Tensor:
    r"""Return the first image, as large as the content, (1, 3, H, W), [0, 1].

    - `content`, `style` or a file: that picture; the latter two come in `given`, in the content's size.
    - `noise`: uniform over [0, 1].
    - `noisy-content`: :math:`m + (1 - r)(c - m) + a u`, with the mean color :math:`m`, the content :math:`c`,
      `noise_ratio` :math:`r`, `noise_amplitude` :math:`a` and noise :math:`u` uniform over [-1, 1].

    At strength 0, and where only colors are changed, it is the content, whatever was asked. The noise depends on
    the seed and the size alone, on every device.
    """
    if options.start == "content" or options.strength == 0 or options.color == "only":
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
