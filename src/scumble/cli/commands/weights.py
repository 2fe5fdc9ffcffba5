"""The command `scumble weights`: fetch, verify, import, list, path."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from scumble import registry
from scumble.backbones.cache import (
    brings_own,
    is_bundled,
    is_here,
    present_path,
    require_not_bundled,
    weights_folder,
    weights_path,
)
from scumble.backbones.published import PUBLISHED, megabytes
from scumble.cli.console import say, tell, tell_json, tell_path
from scumble.cli.fetching import announce, download
from scumble.errors import OutputExists, WeightsError

if TYPE_CHECKING:
    from scumble.backbones.normalization import Normalization
    from scumble.backbones.weights import Verified

app = App(
    name="weights",
    help="Fetch, import and check the weights of the networks.\n\nExample: scumble weights fetch vgg19",
)

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
Force = Annotated[bool, Parameter(name="--force", negative="", help="Do it even if the weights are here.")]


@app.command
def fetch(name: str, /, *, force: Force = False) -> None:
    """Download the published weights of a network, check them, and print the path of what is kept.

    The size is said first. $SCUMBLE_WEIGHTS_MIRROR, if set, is the URL of a folder with the same files.

    Example: scumble weights fetch vgg19

    Parameters
    ----------
    name
        A network, as `scumble weights list` shows them.
    """
    registry.check("backbone", "backbones", name)  # before torch is loaded
    from scumble.backbones.fetch import is_whole, published_file

    published_file(name)
    if is_whole(name) and not force:
        say(f"{name} is here already, and whole; --force fetches it again")
        tell_path(weights_path(name))
    else:
        announce(name)
        tell_path(download(name, force))


@app.command
def verify(*names: str, as_json: Json = False) -> None:
    """Check weights files bit by bit, and say where they come from.

    Example: scumble weights verify vgg19 --json

    Parameters
    ----------
    names
        Networks; all whose weights are here when omitted.
    """
    from scumble.backbones.weights import verify as verify_file

    found = [verify_file(name) for name in names or filter(is_here, registry.names("backbones"))]
    if as_json:
        tell_json([_verified(one) for one in found], indent=2)
    else:
        for one in found:
            state = "ok" if one.ok else "damaged"
            tell(
                f"{one.name:<10}{state:<9}{megabytes(one.size):>8}  {one.sha256}  {one.source or one.problem}"
            )
    damaged = [one.name for one in found if not one.ok]
    if damaged:
        problem = next(one.problem for one in found if not one.ok)
        remedy = f"scumble weights fetch {damaged[0]} --force" if damaged[0] in PUBLISHED else ""
        raise WeightsError(f"damaged: {', '.join(damaged)}; {problem}", remedy)


def _verified(one: "Verified") -> dict[str, object]:
    return {
        "name": one.name,
        "ok": one.ok,
        "problem": one.problem,
        "path": str(one.path),
        "size": one.size,
        "sha256": one.sha256,
        "source": one.source,
        "license": one.license,
        "normalization": one.normalization and json.loads(one.normalization.to_json()),
    }


@app.command(name="import")
def import_(name: str, file: Path, /, *, force: Force = False) -> None:
    """Take a network's weights from a file on disk, check them, and print the path of what is kept.

    Read are torchvision's .pth, whole or only its features; Keras's .h5; MatConvNet's .mat; and files that
    Scumble wrote. Keras files need `pip install 'scumble[import]'`.

    Example: scumble weights import vgg19 vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5

    Parameters
    ----------
    name
        The network that the file holds.
    file
        The file.
    """
    require_not_bundled(name)
    if is_here(name) and not force:
        raise OutputExists(
            f"{name} has weights already: {weights_path(name)}", "--force puts the new ones there"
        )
    from scumble.backbones.formats import read_file
    from scumble.backbones.weights import save_weights

    contents = read_file(file, name)
    path = save_weights(contents)
    say(f"{name}: {contents.source}; its input is taken to be {_input(contents.normalization)}")
    tell_path(path)


def _input(normalization: "Normalization") -> str:
    mean, std = (
        ", ".join(f"{value:g}" for value in three) for three in (normalization.mean, normalization.std)
    )
    return f"{normalization.channels.upper()}, 0 to {normalization.scale:g}, mean {mean}, deviation {std}"


@app.command(name="list")
def list_(*, as_json: Json = False) -> None:
    """Show all networks, and which have their weights here.

    Example: scumble weights list
    """
    rows = [_row(name) for name in registry.names("backbones")]
    if as_json:
        tell_json(rows, indent=2)
        return
    for row in rows:
        size = row["size"] if row["size"] is not None else row["download_size"]
        text = megabytes(size) if isinstance(size, int) else ""
        note = row["path"] if row["state"] != "missing" else row["url"] or "from a file of yours"
        tell(f"{row['name']:<10}{row['state']:<9}{text:>8}  {note}")


def _row(name: str) -> dict[str, object]:
    published, here = PUBLISHED.get(name), is_here(name)
    own = brings_own(name)
    try:
        path = present_path(name) if own else weights_path(name)
    except WeightsError:  # a user without a home
        path = None
    return {
        "name": name,
        "state": "own" if own else "bundled" if is_bundled(name) else "here" if here else "missing",
        "path": path and str(path),
        "size": path.stat().st_size if path and here else None,
        "url": published and published.url,
        "download_size": published and published.size,
    }


@app.command
def path(name: str | None = None, /) -> None:
    """Print the folder of fetched and imported weights, or where one network's weights are or would be.

    Example: scumble weights path vgg19

    Parameters
    ----------
    name
        A network; the folder when omitted.
    """
    tell_path(weights_path(name) if name else weights_folder())
