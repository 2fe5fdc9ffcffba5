"""Where weights files are; imports no torch."""

import os
import sys
from pathlib import Path

from scumble.backbones.published import PUBLISHED, megabytes
from scumble.disk.digest import file_sha256
from scumble.errors import UsageError, WeightsError
from scumble.folders import cache_folder
from scumble.registry import check, is_ours, modules_by_name

BUNDLED = Path(__file__).parent / "data"


def weights_folder() -> Path:
    """Return the folder of fetched and imported weights, in `$SCUMBLE_CACHE_DIR` or the user's cache.

    Raises:
        WeightsError: neither is there.
    """
    folder = os.environ.get("SCUMBLE_CACHE_DIR") or cache_folder()
    if not folder:
        raise WeightsError("this user has no home folder for weights", "set SCUMBLE_CACHE_DIR to a folder")
    return Path(folder) / "weights"


def is_bundled(name: str) -> bool:
    """Return whether a backbone's weights come with Scumble."""
    return (BUNDLED / f"{name}.safetensors").is_file()


def weights_path(name: str) -> Path:
    """Return where the weights of a backbone are, or would be.

    Raises:
        UnknownName: there is no such backbone.
        WeightsError: there is no folder for it.
    """
    check("backbone", "backbones", name)
    return (BUNDLED if is_bundled(name) else weights_folder()) / f"{name}.safetensors"


def brings_own(name: str) -> bool:
    """Return whether a backbone's weights come with its class; torch is loaded only for one that nobody publishes.

    Raises:
        UnknownName: there is no such backbone.
    """
    check("backbone", "backbones", name)
    if is_ours("backbones", name) and (is_bundled(name) or name in PUBLISHED):
        return False
    from scumble.backbones.base import backbones

    return backbones[name].own_weights


def is_here(name: str) -> bool:
    """Return whether there is a weights file for a backbone; whether it is whole, `verify` says."""
    try:
        return weights_path(name).is_file()
    except (OSError, WeightsError):  # a folder that cannot be entered, or none
        return False


def present_path(name: str) -> Path:
    """Return where the weights of a backbone are: their file, or the plugin that they come with.

    Raises:
        UnknownName: there is no such backbone.
        WeightsError: they are not here.
    """
    if brings_own(name):
        return Path(getattr(sys.modules[modules_by_name("backbones")[name]], "__file__", None) or "")
    if not is_here(name):
        ways = [f"scumble weights import {name} FILE", "--backbone compact"]
        if name in PUBLISHED:
            ways.insert(0, f"scumble weights fetch {name} ({megabytes(PUBLISHED[name].size)})")
        raise WeightsError(f"backbone {name!r} has no weights here", ", or ".join(ways))
    return weights_path(name)


def require_not_bundled(name: str) -> None:
    """Raise `UsageError` where there is nothing to fetch or to import."""
    check("backbone", "backbones", name)
    if is_bundled(name):
        raise UsageError(f"the weights of {name!r} come with Scumble; no other file takes their place")


def weights_sha256(name: str) -> str:
    """Return the SHA-256 of a backbone's weights file, for records.

    Raises:
        UnknownName: there is no such backbone.
        WeightsError: its weights are not here, or cannot be read.
    """
    if brings_own(name):
        from scumble.backbones.base import backbones
        from scumble.backbones.foreign import Foreign, measured_of

        kind = backbones[name]
        assert issubclass(kind, Foreign)
        return measured_of(kind).sha256
    path = present_path(name)
    try:
        return file_sha256(path)
    except OSError as error:
        raise WeightsError(f"the weights of {name!r} cannot be read: {path}: {error.strerror}") from error
