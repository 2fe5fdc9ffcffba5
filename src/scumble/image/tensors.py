"""From pictures to tensors and back."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor


def to_tensor(picture: Image.Image) -> Tensor:
    """Return an RGB picture as (1, 3, H, W), float32, [0, 1].

    Example:
        >>> to_tensor(Image.new("RGB", (4, 2), "white")).shape
        torch.Size([1, 3, 2, 4])
    """
    pixels = np.array(picture.convert("RGB"), dtype=np.float32)  # (H, W, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0).contiguous() / 255


def to_picture(image: Tensor) -> Image.Image:
    """Return (1, 3, H, W), [0, 1], clipped and rounded to 8 bits, as an RGB picture."""
    pixels = image.detach()[0].clamp(0, 1).mul(255).round().to("cpu", torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())
