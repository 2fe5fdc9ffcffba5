"""Weights that are fetched: what it brings is said first, then how far it is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scumble.backbones.cache import is_here, weights_path
from scumble.backbones.published import PUBLISHED, megabytes
from scumble.cli.console import ask, say


def announce(name: str) -> None:
    """Say what a download brings: size, place, what is kept, license."""
    from scumble.backbones.fetch import published_file, url_of

    published = published_file(name)
    size, kept = megabytes(published.size), megabytes(published.kept)
    say(f"{name}: {size} from {url_of(published)}; {kept} are kept in {weights_path(name).parent}")
    say(f"license: {published.license}")


def download(name: str, force: bool = False) -> Path:
    """Fetch the weights of a network and show how far it is; return the path of what is kept."""
    from scumble.backbones.fetch import fetch as fetch_file

    with progress(name) as on_progress:
        return fetch_file(name, on_progress=on_progress, force=force)


def offer(name: str) -> None:
    """Ask to fetch weights that a run needs, where a person at a terminal can answer; else do nothing."""
    if is_here(name) or name not in PUBLISHED or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    say(f"backbone {name!r} has no weights here")
    announce(name)
    if ask("fetch them now? [y/N]").lower() in ("y", "yes"):
        download(name)


@contextmanager
def progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar in a terminal, else a line for each tenth."""
    if not sys.stderr.isatty():
        said = 0

        def line(done: int, size: int) -> None:
            nonlocal said
            if done * 10 // size > said:
                said = done * 10 // size
                say(f"{name}: {megabytes(done)} of {megabytes(size)}")

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        "{task.description}",
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, size: bar.update(task, completed=done, total=size)
