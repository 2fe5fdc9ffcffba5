"""Read a weights file from elsewhere: torchvision, Keras, MatConvNet, or Scumble's own.

What a file is follows from its first bytes, never from its name, and no code in it is ever run.
"""

import pickle
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from scumble.backbones.contents import LARGEST_FILE, Contents, checked, identify
from scumble.backbones.formats_safetensors import read_own
from scumble.backbones.normalization import Normalization
from scumble.backbones.published import megabytes
from scumble.disk.digest import file_sha256
from scumble.errors import WeightsError
from scumble.paths import as_path
from scumble.registry import check

Reader = Callable[[Path], tuple[dict[str, object], Normalization]]

# First bytes, what the file is called in messages, and the module whose `read` reads it.
KINDS = (
    (b"PK\x03\x04", "torch file", "torch"),
    (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "torch file", "torch"),
    (b"\x89HDF\r\n\x1a\n", "Keras file", "keras"),
    (b"MATLAB 5.0 MAT-file", "MatConvNet file", "matconvnet"),
)
KNOWN = "a torchvision .pth, a Keras .h5, a MatConvNet .mat, or Scumble's own .safetensors"
LICENSE = "that of the imported file; the VGG networks as Oxford published them are CC BY 4.0"


def read_file(path: str | Path, name: str) -> Contents:
    """Return the convolutions that a file holds, verified, and the input that they expect.

    Args:
        path: a torchvision `.pth` (whole or only its features), a Keras `notop.h5` (or whole), a MatConvNet
            `.mat` or a `.safetensors` that Scumble wrote.
        name: the backbone it should hold.

    Raises:
        UnknownName: there is no such backbone.
        WeightsError: the file is none of these, is damaged, or holds another network.
    """
    check("backbone", "backbones", name)
    path = as_path(path)
    start = _start(path)
    if start[8:9] == b"{":
        return _read(path, "safetensors file", partial(_own, path, name))
    for magic, kind, module in KINDS:
        if start.startswith(magic):
            return _read(path, kind, partial(_foreign, path, name, kind, module))
    if start.startswith(b"MATLAB 7.3"):
        raise WeightsError(f"{path.name} is a MATLAB 7.3 file", "save it with MATLAB's -v7")
    raise WeightsError(f"{path.name} is no weights file that Scumble knows", f"give it {KNOWN}")


def _start(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise WeightsError(f"there is no file {path}", f"give {KNOWN}")
        if path.stat().st_size > LARGEST_FILE:
            size = megabytes(path.stat().st_size)
            raise WeightsError(
                f"{path.name} has {size}; a weights file has at most {megabytes(LARGEST_FILE)}"
            )
        with path.open("rb") as file:
            return file.read(32)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}") from error


def _own(path: Path, name: str) -> Contents:
    contents = read_own(path)
    identify(contents.weights, name)
    return contents


def _foreign(path: Path, name: str, kind: str, module: str) -> Contents:
    read: Reader = import_module(f"scumble.backbones.formats_{module}").read
    weights, normalization = read(path)
    source = f"{kind} {path.name}, SHA-256 {file_sha256(path)}"
    return Contents(name, checked(weights, name), normalization, source, LICENSE)


def _read(path: Path, kind: str, read: Callable[[], Contents]) -> Contents:
    """Return what `read` returns; whatever goes wrong in someone else's parser becomes one `WeightsError`."""
    try:
        return read()
    except WeightsError as error:
        raise WeightsError(f"{path.name}: {error.message}", error.hint) from error
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path.name} holds more than tensors, or is damaged; nothing in it was run"
        ) from error
    except ImportError as error:
        needs = f"reading the {kind} {path.name} needs {error.name}"
        raise WeightsError(needs, "pip install 'scumble[import]'") from error
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise WeightsError(
            f"{path.name} is a damaged {kind}: {reason}", "copy or download it again"
        ) from error
