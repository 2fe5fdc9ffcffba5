"""Fetch a published weights file: download, verify, convert, keep."""

import os
from dataclasses import replace
from pathlib import Path

from filelock import FileLock

from scumble.backbones.cache import require_not_bundled, weights_folder, weights_path
from scumble.backbones.download import Progress, download, require_allowed
from scumble.backbones.formats import read_file
from scumble.backbones.published import PUBLISHED, PublishedFile
from scumble.backbones.weights import read_weights, save_weights, unwritable
from scumble.disk.hidden import Hidden
from scumble.errors import UsageError, WeightsError


def fetch(
    name: str,
    *,
    url: str | None = None,
    on_progress: Progress | None = None,
    force: bool = False,
    stall_seconds: float = 30.0,
) -> Path:
    """Download, verify, convert and keep a published weights file, and return the path of what is kept.

    Size and SHA-256 are compared with the published ones before the file is opened, and it is opened with
    `weights_only=True`, so that no code from it ever runs. Processes that fetch the same file at once
    wait for one download. Nothing is left behind when it fails.

    Args:
        name: a backbone with a published file.
        url: another place with the same file. Without it, the published place, or
            `$SCUMBLE_WEIGHTS_MIRROR/{file name}` where that variable is set. HTTPS only; plain HTTP is
            for this machine (`localhost`, `127.0.0.1`) and for a mirror that was set explicitly.
        on_progress: called with the bytes received and the bytes in all.
        force: download even if whole weights are here.
        stall_seconds: how long no byte may come before the download has failed.

    Raises:
        UnknownName, UsageError: there is no such backbone, or nothing to fetch for it.
        DownloadError: the server did not give the published file.
        WeightsError: the folder of weights takes no file.
    """
    published = published_file(name)
    place = url_of(published, url)
    with _locked(name, published.kept):
        if not force and is_whole(name):
            return weights_path(name)
        with _part(published) as part:
            download(place, name, published, part, on_progress, stall_seconds)
            contents = read_file(part.path, name)
        source = f"torchvision {published.file_name}, SHA-256 {published.sha256}"
        return save_weights(replace(contents, source=source, license=published.license))


def published_file(name: str) -> PublishedFile:
    """Return what is known about the published file of a backbone.

    Raises:
        UnknownName, UsageError: there is no such backbone, or no such file.
    """
    require_not_bundled(name)
    if name not in PUBLISHED:
        known = ", ".join(sorted(PUBLISHED))
        raise UsageError(f"backbone {name!r} has no published file; known are {known}")
    return PUBLISHED[name]


def url_of(published: PublishedFile, url: str | None = None) -> str:
    """Return the URL to read: `url`, the one at the mirror that is set, or the published one.

    Raises:
        UsageError: it is neither HTTPS nor this machine nor a mirror.
    """
    mirror = os.environ.get("SCUMBLE_WEIGHTS_MIRROR", "").rstrip("/")
    if url is None and mirror:
        require_allowed(mirror, plain=True)
        return f"{mirror}/{published.file_name}"
    require_allowed(url or published.url)
    return url or published.url


def is_whole(name: str) -> bool:
    """Return whether the weights of a backbone are here and undamaged."""
    try:
        read_weights(name)
    except WeightsError:
        return False
    return True


def _locked(name: str, size: int) -> FileLock:
    """Return the lock of one backbone's fetch, held."""
    folder = weights_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{name}.lock")
        lock.acquire()
    except OSError as error:
        raise unwritable(folder, size, error) from error
    return lock


def _part(published: PublishedFile) -> Hidden:
    """Return the hidden file that takes what comes."""
    try:
        return Hidden(weights_folder())
    except OSError as error:
        raise unwritable(weights_folder(), published.size, error) from error
