"""Random crops of a folder of pictures, the same ones for the same seed."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset

HELD_OUT = 20  # every twentieth picture is for validation only
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def load_pictures(folders: list[Path], held_out: bool) -> list[Tensor]:
    """Return pictures (3, H, W) uint8, shorter side at most 320, either for training or for validation."""
    paths = sorted(p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    chosen = [path for i, path in enumerate(paths) if (i % HELD_OUT == 0) == held_out]
    if not chosen:
        raise SystemExit(f"error: no pictures in {', '.join(map(str, folders))}")
    return [_load(path) for path in chosen]


def _load(path: Path) -> Tensor:
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    shrink = 320 / min(picture.size)
    if shrink < 1:
        picture = picture.resize((round(picture.width * shrink), round(picture.height * shrink)))
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


class Crops(Dataset[Tensor]):
    """Endless square crops: item `i` depends on the seed and `i` alone, so that a run can be resumed.

    A crop has a random place and scale; half are flipped; channels are permuted, brightness and contrast
    changed and noise added in some, so that the student does not learn only natural pictures.
    """

    def __init__(self, pictures: list[Tensor], side: int, seed: int, augment: bool = True) -> None:
        self.pictures, self.side, self.seed, self.augment = pictures, side, seed, augment

    def __getitem__(self, index: int) -> Tensor:
        random = np.random.default_rng((self.seed, index))
        picture = self.pictures[random.integers(len(self.pictures))]
        height, width = picture.shape[-2:]
        crop = min(height, width, int(self.side * np.exp(random.uniform(np.log(0.6), np.log(2.0)))))
        top, left = random.integers(height - crop + 1), random.integers(width - crop + 1)
        cut = picture[None, :, top : top + crop, left : left + crop].float() / 255
        image = F.interpolate(cut, size=(self.side, self.side), mode="bilinear", antialias=True)[0]
        return self._augmented(image, random) if self.augment else image

    def _augmented(self, image: Tensor, random: np.random.Generator) -> Tensor:
        if random.random() < 0.5:
            image = image.flip(-1)
        if random.random() < 0.3:
            image = image[torch.from_numpy(random.permutation(3))]
        if random.random() < 0.5:
            image = (image - 0.5) * random.uniform(0.5, 1.4) + 0.5 + random.uniform(-0.2, 0.2)
        if random.random() < 0.2:
            noise = random.standard_normal(image.shape).astype(np.float32) * random.uniform(0, 0.15)
            image = image + torch.from_numpy(noise)
        return image.clamp(0, 1)
