"""Read one file from a server: the only place where Scumble uses a network."""

import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from scumble.backbones.published import PublishedFile, megabytes
from scumble.disk.hidden import Hidden
from scumble.errors import DownloadError, UsageError, WeightsError

Progress = Callable[[int, int], None]

CHUNK = 2**18  # bytes
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def is_allowed(url: str, plain: bool = False) -> bool:
    """Return whether a URL is HTTPS, or HTTP on this machine, or any HTTP with `plain`."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        port = parts.port
    except ValueError:  # as of a bracket that is not closed
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and (plain or parts.hostname in THIS_MACHINE))
    return secure and bool(host) and port != 0 and url.isascii() and url.isprintable() and " " not in url


def require_allowed(url: str, plain: bool = False) -> None:
    """Raise `UsageError` unless `is_allowed`."""
    if not is_allowed(url, plain):
        raise UsageError(f"{url} is not allowed: weights come over https", "give an https:// URL")


class SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follow no redirect to where a download may not start."""

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage
    ) -> http.client.HTTPResponse | None:  # fmt: skip
        """Follow, unless what is named is no URL."""
        try:
            response: http.client.HTTPResponse | None = super().http_error_302(req, fp, code, msg, headers)
        except ValueError as error:
            fp.close()
            raise DownloadError(f"{req.full_url} leads to what is no URL: {error}") from error
        return response

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: http.client.HTTPMessage, newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        """Return the next request."""
        if not is_allowed(newurl, plain=req.type == "http"):
            fp.close()
            raise DownloadError(f"{req.full_url} leads to {newurl}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(
    url: str,
    name: str,
    published: PublishedFile,
    part: Hidden,
    on_progress: Progress | None,
    stall_seconds: float,
) -> None:
    """Write the published file from `url` to `part`, and compare its size and SHA-256.

    Raises:
        DownloadError: the server did not give the published file.
        WeightsError: the folder takes no file.
    """
    digest, received = hashlib.sha256(), 0
    try:
        _require_room(part.path.parent, published)
        for chunk in _chunks(url, name, published, stall_seconds):
            part.write(chunk)
            digest.update(chunk)
            received += len(chunk)
            if on_progress:
                on_progress(received, published.size)
    except OSError as error:
        raise _no_room(part.path.parent, published, error.strerror or str(error)) from error
    if not digest.hexdigest().startswith(published.sha256):
        raise DownloadError(
            f"{url} is not the published file: its SHA-256 is {digest.hexdigest()[:16]}... "
            f"and should be {published.sha256[:16]}...; it was not opened",
            f"if it stays so, the server or the way to it is not to be trusted; {_other_ways(name)}",
        )


def _require_room(folder: Path, published: PublishedFile) -> None:
    needed, free = published.size + published.kept, shutil.disk_usage(folder).free
    if free < needed:
        raise _no_room(folder, published, f"{megabytes(free)} are free")


def _no_room(folder: Path, published: PublishedFile, reason: str) -> WeightsError:
    remedy = "make room there, or set SCUMBLE_CACHE_DIR to a folder that has it"
    needed = megabytes(published.size + published.kept)
    return WeightsError(f"{folder} does not take the {needed} that are needed for a while: {reason}", remedy)


def _chunks(url: str, name: str, published: PublishedFile, stall_seconds: float) -> Iterator[bytes]:
    """Yield the bytes of a file, no more than it should have; every failure becomes a `DownloadError`."""
    received, size = 0, published.size
    try:
        with _open(url, stall_seconds) as response:
            while chunk := response.read1(CHUNK):
                received += len(chunk)
                if received > size:
                    raise DownloadError(
                        f"{url} has more than the {size} bytes of the published file", _other_ways(name)
                    )
                yield chunk
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadError(
            f"{url}: the server answers {error.code} {error.reason}", _remedy(error, name)
        ) from error
    except TimeoutError as error:
        raise _cut(url, name, received, size, f"nothing came for {stall_seconds:g} s") from error
    except urllib.error.URLError as error:
        reason = getattr(error.reason, "strerror", None) or error.reason
        host = urlsplit(url).hostname
        raise DownloadError(
            f"no connection to {host}: {reason}", f"are you online? else {_other_ways(name)}"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise _cut(url, name, received, size, "the connection broke") from error
    if received < size:
        raise _cut(url, name, received, size, "the server stopped")


def _open(url: str, stall_seconds: float) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"User-Agent": "scumble", "Accept-Encoding": "identity"})
    opener = urllib.request.build_opener(SafeRedirects)
    response: http.client.HTTPResponse = opener.open(request, timeout=stall_seconds)
    return response


def _cut(url: str, name: str, received: int, size: int, reason: str) -> DownloadError:
    got = f"{url} was cut short after {received} of {size} bytes: {reason}"
    return DownloadError(got, f"run scumble weights fetch {name} again; or {_other_ways(name)}")


def _remedy(error: urllib.error.HTTPError, name: str) -> str:
    return f"try again later; or {_other_ways(name)}" if error.code >= 500 else _other_ways(name)


def _other_ways(name: str) -> str:
    return f"fetch the file elsewhere, then scumble weights import {name} FILE; or use --backbone compact"
