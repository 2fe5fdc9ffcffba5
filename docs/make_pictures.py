"""Paint the site's pictures: those whose script is newer than they are, or `--all`.

Each `pictures/TOPIC.py` has a function `make(folder)` that writes `TOPIC*.png` there.
"""

import argparse
import runpy
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent


def pictures_of(topic: str, folder: Path) -> list[Path]:
    """Return the pictures of a topic that are there."""
    return sorted(folder.glob(f"{topic}*.png"))


def is_stale(script: Path, folder: Path) -> bool:
    """Whether a script has no pictures yet, or has changed since it made them."""
    there = pictures_of(script.stem, folder)
    return not there or min(picture.stat().st_mtime for picture in there) < script.stat().st_mtime


def make(script: Path, folder: Path) -> list[Path]:
    """Make the pictures of one script, all or none of them, and return them.

    Raises:
        FileNotFoundError: the script wrote no picture of its own name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        runpy.run_path(str(script))["make"](Path(made))
        if not pictures_of(script.stem, Path(made)):
            raise FileNotFoundError(f"{script} made no {script.stem}*.png")
        for old in pictures_of(script.stem, folder):
            old.unlink()
        for picture in pictures_of(script.stem, Path(made)):
            picture.rename(folder / picture.name)
    return pictures_of(script.stem, folder)


def main() -> None:
    """Make what is missing or old, and say how long each topic took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*", help="only these")
    parser.add_argument("--all", action="store_true", help="also what is up to date")
    parser.add_argument("--folder", type=Path, default=HERE / "_pictures", help="where to (%(default)s)")
    asked = parser.parse_args()
    for script in sorted((HERE / "pictures").glob("[!_]*.py")):
        if (script.stem in asked.topics) if asked.topics else (asked.all or is_stale(script, asked.folder)):
            started = time.monotonic()
            made = make(script, asked.folder)
            print(f"{script.stem}: {len(made)} pictures in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
