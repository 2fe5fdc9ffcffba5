"""Random crops of folders of pictures, the same ones for the same seed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

HELD_OUT = 20  # every twentieth picture is for validation only
SIDE = 320  # pixels: pictures are kept with their shorter side no longer than this
MOST = 6000  # pictures, which take 2.5 GB
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def load_pictures(folders: list[Path], held_out: bool) -> list[Tensor]:
    """Return pictures (3, H, W) uint8, shorter side at most 320, either for training or for validation.

    Every twentieth is held out, and one of fewer; a lone picture serves for both. Files that are no pictures are
    told of and left out.
    """
    paths = sorted(p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    paths = paths[:: -(-len(paths) // MOST) or 1]
    chosen = [path for i, path in enumerate(paths) if (i % HELD_OUT == 0) == held_out or len(paths) == 1]
    pictures = [picture for path in chosen if (picture := _load(path)) is not None]
    if not pictures:
        raise SystemExit(f"error: no pictures in {', '.join(map(str, folders))}\nhint: any two or more serve")
    return pictures


def _load(path: Path) -> Tensor | None:
    try:
        with Image.open(path) as opened:
            opened.draft("RGB", (SIDE, SIDE))  # decodes a large JPEG at half or a quarter of its size
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        print(f"left out: {path}: {error}", file=sys.stderr)
        return None
    shrink = SIDE / min(picture.size)
    if shrink < 1:
        picture = picture.resize((round(picture.width * shrink), round(picture.height * shrink)))
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


class Crops(Dataset[Tensor]):
    """Endless square crops: item `i` depends on the seed and `i` alone, so that a run can be resumed.

    A crop has a random place and scale; half are flipped; channels are permuted, brightness and contrast
    changed and noise added in some, so that the student does not learn only natural pictures.
    """

    def __init__(
        self,
        pictures: list[Tensor],
        side: int,
        seed: int,
        scales: tuple[float, float] = (0.6, 2.0),
        augment: bool = True,
    ) -> None:
        self.pictures, self.side, self.seed, self.augment = pictures, side, seed, augment
        self.scales = np.log(scales[0]), np.log(scales[1])

    def __getitem__(self, index: int) -> Tensor:
        random = np.random.default_rng((self.seed, index))
        picture = self.pictures[random.integers(len(self.pictures))]
        height, width = picture.shape[-2:]
        crop = min(height, width, int(self.side * np.exp(random.uniform(*self.scales))))
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


def batches(crops: Crops, size: int, steps: range, workers: int, pin: bool) -> Iterator[Tensor]:
    """Yield the crops (size, 3, side, side) of every step; other processes cut those of the next few.

    Args:
        crops: where from.
        size: crops in a batch.
        steps: numbers of the updates; update `i` gets crops `size * i` and following.
        workers: processes; 0 cuts in this one.
        pin: put them where a GPU can fetch them by itself.
    """
    wanted = range(steps.start * size, steps.stop * size)
    ahead = 4 if workers else None
    yield from DataLoader(
        crops, size, sampler=wanted, num_workers=workers, prefetch_factor=ahead, pin_memory=pin
    )
