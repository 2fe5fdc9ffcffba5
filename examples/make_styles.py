"""Paint the style pictures in examples/styles again: `python examples/make_styles.py`."""

import argparse
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from painting import glass, ink, marble, oil, watercolor, woodcut
from painting.fields import Field

STYLES: dict[str, Callable[[int, np.random.Generator], Field]] = {
    "strokes": oil.paint,
    "stained-glass": glass.paint,
    "hatching": ink.paint,
    "marbled": marble.paint,
    "watercolor": watercolor.paint,
    "woodcut": woodcut.paint,
}
LARGEST = 350_000  # bytes of a picture, so that the folder stays light to clone
SMALLEST = 64  # pixels; below, a pane or a drop is smaller than a pixel


def encode(picture: Field) -> bytes:
    """A picture in 0..1, (H, W, 3), as a JPEG of quality 88, or less where that would be too large."""
    image = Image.fromarray((np.clip(picture, 0.0, 1.0) * 255 + 0.5).astype(np.uint8))
    data = b""
    for quality in range(88, 60, -2):
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        data = buffer.getvalue()
        if len(data) <= LARGEST:
            break
    return data


def main() -> None:
    """Paint what the command line asks for, and say what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "styles", help="folder to write to"
    )
    parser.add_argument("--only", choices=sorted(STYLES), help="paint this one alone")
    parser.add_argument("--seed", type=int, default=3, help="another seed, another picture (default 3)")
    parser.add_argument("--size", type=int, default=768, help="width and height in pixels (default 768)")
    options = parser.parse_args()
    if options.size < SMALLEST:
        parser.error(f"--size {options.size} is too small; {SMALLEST} pixels is the least")
    if options.seed < 0:
        parser.error(f"--seed {options.seed} is negative; it starts at 0")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in [options.only] if options.only else STYLES:
        data = encode(STYLES[name](options.size, np.random.default_rng([options.seed, *name.encode()])))
        path = options.out / f"{name}.jpg"
        path.write_bytes(data)
        print(f"{path}: {options.size} x {options.size}, {len(data) // 1000} KB, seed {options.seed}")


if __name__ == "__main__":
    main()
