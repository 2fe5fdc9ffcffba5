"""What `batch --dry-run` says: what would be painted, why the rest would not, and how long it takes."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from scumble.batching.batch import Keeping
from scumble.batching.plan import job_of, work_of
from scumble.cli.batching import Work
from scumble.cli.console import tell, tell_json, tell_path
from scumble.errors import ScumbleError
from scumble.image.sniff import HEAD, require_readable
from scumble.paths import as_path
from scumble.runs.job import Job


def tell_batch(work: Work, *, as_json: bool) -> None:
    """Print what a batch would paint; nothing is written."""
    keeping = Keeping(work.book)
    counts: Counter[str] = Counter()
    told, first, amount = [], None, 0.0
    for number, (row, path, ours) in enumerate(work.batch.outputs() if work.batch else ()):
        if not ours:
            counts["of other shards"] += 1
            continue
        job = job_of(row, path, work.on_exists)
        why = why_not(job, keeping, number)
        counts[why.partition(":")[0] or "to paint"] += 1
        if not why:
            first, amount = first or job, amount + work_of(job.options)
        told.append(
            {"output": path, "content": job.content, "styles": list(row.styles), "why_not": why or None}
        )
        if not as_json:
            again = "again " if os.path.lexists(path) else ""
            tell(f"{path}  {why or again + 'of ' + job.content + ' in ' + ' + '.join(row.styles)}")
    seconds = forecast_of(first, amount, work) if first else 0.0
    if as_json:
        left = [{"path": one.path, "why": one.why} for one in work.given.left]
        tell_json({**work.told(), "seconds": seconds, "pictures": told, "left_out": left})
        return
    for one in work.given.left:
        tell(f"{one.path}  left out: {one.why}")
    said = ", ".join(f"{number} {what}" for what, number in counts.items()) or "nothing to paint"
    tell(f"{said}; about {seconds:.0f} s on this machine")
    tell(work.outlook())
    tell_path(work.folder)


def why_not(job: Job, keeping: Keeping, number: int) -> str:
    """Return why a picture would not be painted, empty where it would."""
    task = keeping.task(job, number)
    if task is None:
        return "done before"
    path = as_path(job.outputs.picture or "")
    asked = task.job.outputs.on_exists
    if os.path.lexists(path) and asked != "overwrite":
        why = {"error": "would fail: a file that no batch painted is there", "skip": "left: a file is there"}
        return why[asked]
    for name in (job.content, *(style.image for style in job.styles)):
        try:
            require_a_picture(as_path(name))
        except (ScumbleError, OSError) as error:
            return (
                f"would fail: {getattr(error, 'message', None) or getattr(error, 'strerror', None) or error}"
            )
    return ""


def require_a_picture(path: Path) -> None:
    """Raise where a file does not begin like a picture: that much can be told quickly.

    Raises:
        OSError: it cannot be read.
        ImageError: it is no picture.
    """
    with path.open("rb") as file:
        require_readable(file.read(HEAD), path.name)


def forecast_of(job: Job, amount: float, work: Work) -> float:
    """Return about how many seconds it takes to paint so much work, by what one of its pictures takes."""
    from scumble.engine.forecast import forecast  # torch takes a second to import

    options: Any = job.options if job.options.threads else job.options.replace(threads=work.threads)
    try:
        run = job.model_copy(update={"options": options}).prepare()
        seconds = forecast(run.plan).seconds
    except ScumbleError:
        return 0.0
    done = max(1.0, sum(scale.work for scale in run.plan.scales))
    return round(seconds * amount / done / work.workers, 1)
