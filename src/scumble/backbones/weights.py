"""Weights files: kept, verified and loaded into a backbone."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.cache import brings_own, is_bundled, present_path, require_not_bundled
from scumble.backbones.cache import weights_folder as weights_folder
from scumble.backbones.cache import weights_path as weights_path
from scumble.backbones.cache import weights_sha256 as weights_sha256
from scumble.backbones.contents import Contents, checked
from scumble.backbones.formats_safetensors import read_own
from scumble.backbones.layers import Pooling
from scumble.backbones.normalization import Normalization
from scumble.backbones.published import PUBLISHED, megabytes
from scumble.disk.hidden import write_whole
from scumble.errors import WeightsError


@dataclass(frozen=True)
class Verified:
    """What `verify` found out about a weights file.

    Args:
        name: the backbone.
        path: the file.
        size: bytes.
        sha256: of the whole file.
        problem: what is wrong with it; empty if it is whole and what the rest comes from its header.
        source: where it comes from.
        license: under which it may be used.
        normalization: the input it expects.
    """

    name: str
    path: Path
    size: int
    sha256: str
    problem: str = ""
    source: str = ""
    license: str = ""
    normalization: Normalization | None = None

    @property
    def ok(self) -> bool:
        """Whether the file is whole."""
        return not self.problem


def load_backbone(name: str, pooling: Pooling | None = None) -> Backbone:
    """Return a backbone with its weights, frozen, in float32 and channels-last.

    Args:
        name: a registered backbone.
        pooling: `max` or `average`; the backbone's own when omitted.

    Raises:
        UnknownName: there is no such backbone.
        WeightsError: its weights are not here, or damaged.
    """
    if brings_own(name):
        own = backbones[name](pooling=pooling)
        own.weights_sha256 = weights_sha256(name)
        return own.to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]
    contents = read_weights(name)
    with torch.device("meta"):  # no random first weights: they take 0.4 s and move the global random state
        backbone = backbones[name](contents.normalization, pooling)
    backbone.load_state_dict(contents.weights, strict=True, assign=True)
    backbone.weights_sha256 = contents.sha256
    return backbone.to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]


def read_weights(name: str) -> Contents:
    """Return what the weights file of a backbone holds, after all tests.

    Raises:
        UnknownName: there is no such backbone.
        WeightsError: its weights are not here, or damaged.
    """
    path = file_of(name)
    try:
        contents = read_own(path)
        if contents.backbone != name:
            raise WeightsError(f"the file holds {contents.backbone!r}")
    except OSError as error:
        raise WeightsError(f"the weights of {name!r} cannot be read: {path}: {error.strerror}") from error
    except WeightsError as error:
        raise WeightsError(f"the weights of {name!r} are unusable: {error.message}", _repair(name)) from error
    return contents


def file_of(name: str) -> Path:
    """Return the weights file of a backbone, or raise `WeightsError` where it has none."""
    if brings_own(name):
        raise WeightsError(f"the weights of the backbone {name!r} come with its plugin, and not as a file")
    return present_path(name)


def _repair(name: str) -> str:
    if is_bundled(name):
        return "install Scumble again"
    if name in PUBLISHED:
        return f"scumble weights fetch {name} --force"
    return f"scumble weights import {name} FILE --force"


def verify(name: str) -> Verified:
    """Return what is known about the weights of a backbone, and what is wrong with them, if anything.

    Raises:
        UnknownName: there is no such backbone.
        WeightsError: its weights are not here.
    """
    path = file_of(name)
    size, sha256 = path.stat().st_size, weights_sha256(name)
    try:
        contents = read_weights(name)
    except WeightsError as error:
        return Verified(name, path, size, sha256, problem=error.message)
    told = {"source": contents.source, "license": contents.license}
    return Verified(name, path, size, sha256, normalization=contents.normalization, **told)


def save_weights(contents: Contents) -> Path:
    """Write a weights file into the folder of weights, whole or not at all, and return its path.

    Raises:
        UsageError: the backbone's weights come with Scumble.
        WeightsError: they are not weights of the backbone, or the folder takes no file.
    """
    require_not_bundled(contents.backbone)
    weights = checked(contents.weights, contents.backbone)
    contents = Contents(contents.backbone, weights, contents.normalization, contents.source, contents.license)
    data = save(weights, contents.header())
    path = weights_path(contents.backbone)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, [data], replace=True)
    except OSError as error:
        raise unwritable(path.parent, len(data), error) from error
    return path


def unwritable(folder: Path, size: int, error: OSError) -> WeightsError:
    """Return the error for a folder of weights that takes no file."""
    remedy = f"make {megabytes(size)} of room there, or set SCUMBLE_CACHE_DIR to a folder that can be written"
    return WeightsError(f"{folder} takes no weights: {error.strerror or error}", remedy)
