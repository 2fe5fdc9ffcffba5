"""The pictures in examples: made again from a seed, worth a style, and free to use."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ["hatching", "marbled", "stained-glass", "strokes", "watercolor", "woodcut"]
PHOTOGRAPHS = ["chelsea.png", "coffee.jpg", "rocket.jpg"]


def make_styles(*arguments):
    """Run the script as a visitor would."""
    command = [sys.executable, str(EXAMPLES / "make_styles.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """A folder with every style at 96 px, and what the script said."""
    folder = tmp_path_factory.mktemp("styles") / "new" / "folder"
    done = make_styles("--out", folder, "--size", 96)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def tones(picture):
    """The brightness in 0..1, (H, W)."""
    return np.asarray(picture.convert("L")) / 255


def spread(picture):
    """How far apart the darkest and lightest fiftieth of the picture are, 0..1."""
    low, high = np.percentile(tones(picture), [2, 98])
    return high - low


def hues(picture):
    """How many twelfths of the color circle take up at least a hundredth of the picture."""
    hue, saturation, value = np.moveaxis(np.asarray(picture.convert("HSV")) / 255, -1, 0)
    counts, _ = np.histogram(hue[(saturation > 0.2) & (value > 0.15)], bins=12, range=(0, 1))
    return int((counts > 0.01 * hue.size).sum())


def flattest_block(picture, side=16):
    """The standard deviation of brightness in the flattest block of side x side pixels."""
    height, width = (length // side for length in picture.size[::-1])
    blocks = tones(picture)[: height * side, : width * side].reshape(height, side, width, side)
    return blocks.std(axis=(1, 3)).min()


def test_flat_pictures_would_fail():
    flat = Image.new("RGB", (96, 96), (180, 60, 40))
    fade = Image.fromarray(np.tile(np.linspace(0, 255, 96).astype(np.uint8), (96, 1))).convert("RGB")
    assert spread(flat) < 0.6
    assert flattest_block(flat) < 1e-6
    assert hues(flat) == 1
    assert hues(fade) == 0


def test_every_style_is_painted_and_announced(painted):
    folder, said = painted
    assert sorted(path.stem for path in folder.iterdir()) == NAMES
    lines = said.splitlines()
    assert len(lines) == len(NAMES)
    for line in lines:
        assert "96 x 96" in line
        assert line.endswith("seed 3")


@pytest.mark.parametrize("name", NAMES)
def test_small_style_is_rich(painted, name):
    with Image.open(painted[0] / f"{name}.jpg") as picture:
        assert picture.size == (96, 96)
        assert spread(picture) > 0.6
        assert tones(picture).std() > 0.15
        assert hues(picture) >= 3
        assert flattest_block(picture) > 0.02


def test_same_seed_same_pixels_and_another_seed_others(tmp_path):
    for folder, seed in (("one", 3), ("again", 3), ("other", 4)):
        done = make_styles("--out", tmp_path / folder, "--size", 64, "--seed", seed)
        assert done.returncode == 0, done.stderr
    for name in NAMES:
        first, again, other = (tmp_path / folder / f"{name}.jpg" for folder in ("one", "again", "other"))
        assert again.read_bytes() == first.read_bytes()
        with Image.open(first) as one, Image.open(other) as two:
            assert np.abs(tones(one) - tones(two)).mean() > 0.05, name


def test_only_paints_one_and_the_same_as_among_all(painted, tmp_path):
    assert make_styles("--out", tmp_path, "--size", 96, "--only", "marbled").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["marbled.jpg"]
    assert (tmp_path / "marbled.jpg").read_bytes() == (painted[0] / "marbled.jpg").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "cubism"], "invalid choice: 'cubism' (choose from"),
        (["--size", "8"], "--size 8 is too small; 64 pixels is the least"),
        (["--seed", "-1"], "--seed -1 is negative; it starts at 0"),
    ],
)
def test_wrong_requests_are_refused(tmp_path, arguments, message):
    done = make_styles("--out", tmp_path, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_committed_style_is_rich_and_light(name):
    path = EXAMPLES / "styles" / f"{name}.jpg"
    assert path.stat().st_size <= 350_000
    with Image.open(path) as picture:
        assert picture.size == (768, 768)
        assert picture.mode == "RGB"
        assert spread(picture) > 0.7
        assert hues(picture) >= 3
        assert flattest_block(picture) > 0.008


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photograph_is_light_and_carries_no_camera_data(name):
    path = EXAMPLES / name
    assert path.stat().st_size <= 400_000
    with Image.open(path) as photograph:
        assert min(photograph.size) >= 300
        assert not photograph.getexif()
        assert not {"exif", "xmp"} & set(photograph.info)


def test_every_picture_is_explained_and_every_photograph_licensed():
    table = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    pictures = {path for ending in ("png", "jpg") for path in EXAMPLES.glob(f"*.{ending}")}
    assert sorted(path.name for path in pictures) == PHOTOGRAPHS
    for name in PHOTOGRAPHS:
        line = next(line for line in table.splitlines() if f"| `{name}` |" in line)
        for needed in ("Photograph by ", "https://"):
            assert needed in line, name
        assert "CC0 1.0" in line or "into the public domain" in line, name
    assert sorted(path.stem for path in (EXAMPLES / "styles").iterdir()) == NAMES
    for name in NAMES:
        assert f"| `styles/{name}.jpg` |" in table
