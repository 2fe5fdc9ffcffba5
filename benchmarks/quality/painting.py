"""Pictures painted and measured by worker processes; what is there already is not made again."""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from PIL import Image

import scumble
from benchmarks.quality.jobs import Job, measures_version
from benchmarks.quality.references import References, recolored, references
from scumble.image.tensors import to_tensor
from scumble.measures import measure
from scumble.plugins import load_plugin
from scumble.saving.files import write

Entry = dict[str, Any]


def kept(path: Path) -> Entry | None:
    """Return what was measured on a picture, with this version of the measures; None where there is nothing."""
    beside = path.with_suffix(".json")
    if not (path.is_file() and beside.is_file()):
        return None
    entry: Entry = json.loads(beside.read_text(encoding="utf-8"))
    if entry["version"] != measures_version():
        return None
    return entry | {"picture": path.name, "done": "kept"}


def make(job: Job, path: Path, fresh: bool = False) -> Entry:
    """Paint the picture of a job where there is none, measure it, and return what is known of it.

    Args:
        job: what to make.
        path: the picture's; what was measured on it is kept beside it, as JSON.
        fresh: paint it even if it is there.

    Returns:
        `measures` by name, `seconds` of painting, `picture`, the name of its file, and `done`, what had to be:
        `painted` or `measured`; or `error` in one line.
    """
    try:
        for plugin in job.plugins:
            load_plugin(plugin)
        about = references(job.pair, job.options)
        painted = fresh or not path.is_file()
        seconds = paint(job, about, path) if painted else seconds_of(path)
        entry = {"version": measures_version(), "seconds": seconds, "measures": measured_on(job, about, path)}
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(json.dumps(entry), encoding="utf-8")
        part.replace(path.with_suffix(".json"))
    except Exception as error:  # one picture less is no reason to lose the others
        return {"error": f"{type(error).__name__}: {' '.join(str(error).split())}"}
    return entry | {"picture": path.name, "done": "painted" if painted else "measured"}


def seconds_of(path: Path) -> float:
    """Return how long a picture took that was painted before; 0 if nobody knows."""
    beside = path.with_suffix(".json")
    return float(json.loads(beside.read_text(encoding="utf-8"))["seconds"]) if beside.is_file() else 0.0


def paint(job: Job, about: References, path: Path) -> float:
    """Write the picture of a job and return how many seconds it took."""
    started = time.monotonic()
    if job.kind in ("painted", "identity"):
        scumble.stylize(str(job.pair.content), str(job.pair.style), job.options).save(path)
    else:
        made = {"content": about.content, "style": about.style}
        picture = made.get(job.kind) or recolored(about.content, about.style)
        write(path, [picture], None, on_exists="overwrite")
    return round(time.monotonic() - started, 2)


def measured_on(job: Job, about: References, path: Path) -> dict[str, float]:
    """Return the measures of a picture that was written; `error`, in levels, for an identity."""
    with Image.open(path) as file:
        picture = to_tensor(file)
    content, style = about.tensors()
    if job.kind == "identity":
        return {"error": float((picture - content).abs().mean() * 255)}
    return measure(picture, content, style)


def begin() -> None:
    """Prepare a worker: one thread."""
    torch.set_num_threads(1)


def make_all(jobs: Sequence[Job], folder: Path, workers: int, fresh: bool = False) -> list[Entry]:
    """Return what `make` says of each job, in order, with a line of progress on stderr for each.

    Args:
        jobs: what to make.
        folder: where to keep it; made if need be.
        workers: processes; 1 works in this one.
        fresh: paint all again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{job.key()}.png" for job in jobs]  # before the code that they are named by can change
    entries: list[Entry] = [{}] * len(jobs)
    for done, (number, entry) in enumerate(_each(jobs, paths, workers, fresh), start=1):
        entries[number] = entry
        said = (
            f"error: {entry['error']}" if "error" in entry else f"{entry['done']}  {entry['seconds']:.1f} s"
        )
        print(f"[{done}/{len(jobs)}] {jobs[number].label}  {said}", file=sys.stderr, flush=True)
    return entries


def _each(
    jobs: Sequence[Job], paths: Sequence[Path], workers: int, fresh: bool
) -> Iterator[tuple[int, Entry]]:
    there = {number: entry for number, path in enumerate(paths) if not fresh and (entry := kept(path))}
    yield from there.items()
    missing = [number for number in range(len(jobs)) if number not in there]
    if workers <= 1 or not missing:
        begin()
        for number in missing:
            yield number, make(jobs[number], paths[number], fresh)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    workers = min(workers, len(missing))
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=begin) as pool:
        futures = {pool.submit(make, jobs[number], paths[number], fresh): number for number in missing}
        for future in as_completed(futures):
            error = future.exception()  # of a process that died; `make` itself raises nothing
            yield futures[future], {"error": f"the process died: {error}"} if error else future.result()
