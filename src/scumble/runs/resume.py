"""Going on: from the checkpoint of a run that was stopped, or from a finished picture."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scumble.backbones.cache import weights_sha256
from scumble.errors import BadOption, WeightsError
from scumble.image.files import read_picture
from scumble.machine.spinning import import_torch
from scumble.options import Options
from scumble.paths import as_path
from scumble.plan.pyramid import pyramid
from scumble.plugins import loaded_plugins
from scumble.record import Record, Source, read_record
from scumble.runs.again import prepare_again, recorded_options
from scumble.runs.run import Run, versions


def differences(record: Record) -> list[str]:
    """Return what is not as it was when a record was made, in words."""
    from scumble.machine.arithmetic import arithmetic  # torch takes a second to import

    found = [
        f"{name} was {record.versions.get(name, 'unknown')} and is {now}"
        for name, now in versions().items()
        if record.versions.get(name) != now
    ]
    if weights_sha256(record.backbone) != record.weights_sha256:
        found.append(f"the weights of {record.backbone} have changed")
    here = {plugin.sha256 for plugin in loaded_plugins()}
    found += [
        f"the plugin {one.name} is not loaded, or has changed"
        for one in record.plugins
        if one.sha256 not in here
    ]
    here_computed = arithmetic().told()
    if record.arithmetic not in ((), here_computed):  # none in older records, and of a GPU
        was, now = (", ".join(each) for each in (record.arithmetic, here_computed))
        found.append(f"the processor computed with {was}, and here with {now}")
    if record.device != "cpu":
        found.append(f"it was made on {record.device}")
    return [f"{difference}; pixels may differ" for difference in found]


def prepare_resumed(path: str | os.PathLike[str], folders: Sequence[Path] = ()) -> Run:
    """Return the rest of a run: on a CPU, with the same versions, to the pixels of one that was never stopped.

    Its `last` step is the one that the checkpoint was written after. Unless it is given another `checkpoint`, it
    keeps none.

    Args:
        path: of the checkpoint; it may come from anybody.
        folders: where to look for content and styles, besides the current folder and the checkpoint's own.

    Raises:
        CheckpointError: it is none, damaged, or not of the run that it claims to be of.
        UsageError: its pictures are not there, or not those that they were.
        WeightsError: the backbone's weights are not those that the run began with.
    """
    import_torch()  # takes a second
    from scumble.runs.checkpoint import read_checkpoint

    kept = read_checkpoint(path)
    record = kept.record
    if weights_sha256(record.backbone) != record.weights_sha256:
        raise WeightsError(
            f"the weights of {record.backbone!r} are not those that the run began with",
            f"import those whose file has the SHA-256 {record.weights_sha256[:16]}...",
        )
    run = prepare_again(record, [*folders, Path(), kept.path.parent], **same_device(record))
    run.go_on(kept.state(run.plan), record)
    run.notes += [f"resumed after step {record.steps}", *differences(record)]
    return run


def same_device(record: Record) -> dict[str, Any]:
    """Return the option of the device that a picture was made on, if it is here."""
    from scumble.machine.device import available_devices

    return {"device": record.device if record.device in available_devices() else "auto"}


def prepare_continued(
    picture: str | os.PathLike[str],
    folders: Sequence[Path] = (),
    content: str | os.PathLike[str] | None = None,
    styles: Sequence[str | os.PathLike[str]] = (),
    **overrides: Any,
) -> Run:
    """Return a run that goes on from a finished picture, at full size alone, with the options of its record.

    What the optimizer had learned is not in the picture: it begins anew, from pixels rounded to 8 bits.

    Args:
        picture: made by Scumble, with its record.
        folders: where to look for content and styles, besides the current folder and the picture's own.
        content: in the place of the one that the record names.
        styles: in the place of those that it names.
        overrides: options to change; `steps` is one number, that of the last scale if it is not given. With a
            `preset`, all others are that preset's.

    Raises:
        RecordError: the picture has no record.
        BadOption: several numbers of steps, another start, or a coarsest scale.
        UsageError: its pictures are not there, or not those that they were.
    """
    record = read_record(picture)
    options = recorded_options(record)
    last = pyramid(record.width, record.height, options.steps, options.coarsest)[-1]
    if "preset" in overrides:
        options = Options(preset=overrides.pop("preset"), size=options.size, dpi=options.dpi)
    steps = options.replace(steps=overrides.pop("steps", (last.steps,))).steps
    if len(steps) != 1:
        raise BadOption(f"steps is {steps}; to go on at full size takes one number", "--steps +100")
    for name in ("start", "coarsest"):
        if name in overrides:
            raise BadOption(f"{name} was given, but to go on is to start from the picture at full size")
    known = {"start": Source.of(read_picture(picture), picture), "options": options.model_dump(mode="json")}
    if content is not None:
        known["content"] = Source.of(read_picture(content), content)
    if styles:
        known["styles"] = tuple(Source.of(read_picture(style), style) for style in styles)
    places = [as_path(path).parent for path in (picture, content, *styles) if path is not None]
    again = record.model_copy(update=known)
    return prepare_again(again, [*folders, Path(), *places], **overrides, steps=steps, coarsest=0)
