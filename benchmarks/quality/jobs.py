"""One picture to paint and to measure, and where it is kept."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import scumble
from benchmarks.quality import references
from benchmarks.quality.pairs import Pair
from scumble import measures
from scumble.backbones.cache import weights_sha256
from scumble.disk.digest import file_sha256
from scumble.options import Options

Kind = Literal["painted", "identity", "content", "style", "colors"]
PACKAGE = Path(scumble.__file__).parent
PAINTING = (
    "engine", "ways", "objective", "regions", "colors", "plan", "machine", "losses", "optimizers", "backbones",
    "image", "runs",
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """A picture to make.

    Args:
        kind: `painted`; `identity`, a content painted in its own style; or a picture to compare with: the content
            itself, the style itself, the content in the style's colors.
        pair: its inputs.
        setting: the name of the setting; empty for a picture to compare with.
        options: all options, strength and size among them.
        plugins: files to import first.
    """

    kind: Kind
    pair: Pair
    setting: str
    options: Options
    plugins: tuple[Path, ...] = ()

    @property
    def label(self) -> str:
        """What a progress line says of it."""
        what = f"{self.setting} {self.options.strength:g}" if self.kind == "painted" else self.kind
        what = f"{self.setting} identity" if self.kind == "identity" else what
        return f"{what}  {self.pair.name}"

    def key(self) -> str:
        """Return a name that changes with whatever could change the picture."""
        parts: list[Any] = [self.kind, sha256_of(self.pair.content), sha256_of(self.pair.style)]
        if self.kind in ("painted", "identity"):
            told = self.options.model_dump(mode="json")
            weights = weights_sha256(self.options.backbone)
            parts += [told, weights, painting_version(), plugins_digest(self.plugins)]
        else:
            parts += [self.options.size, reference_version()]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def plugins_digest(paths: Sequence[Path]) -> str:
    """Return what changes when the text of a plugin does; empty without any."""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:16] if digests else ""


def digest(files: Iterable[Path]) -> str:
    """Return what changes when the text of any file does."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


@cache
def sha256_of(path: Path) -> str:
    """Return the digest of an input; inputs do not change while the command runs."""
    return file_sha256(path)


@cache
def painting_version() -> str:
    """Return what changes when the code that paints does."""
    files = [path for folder in PAINTING for path in sorted((PACKAGE / folder).rglob("*.py"))]
    return digest(files)


@cache
def reference_version() -> str:
    """Return what changes when the code does that makes the pictures to compare with."""
    files = (
        PACKAGE / "image" / "resize.py",
        PACKAGE / "plan" / "plan.py",
        PACKAGE / "plan" / "pyramid.py",
    )
    return digest([*files, Path(references.__file__), PACKAGE / "image" / "color.py"])


@cache
def measures_version() -> str:
    """Return what changes when any measure does."""
    return measures.version()
