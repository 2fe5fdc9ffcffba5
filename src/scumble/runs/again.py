"""A recorded picture made again: its inputs found, its options taken up."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scumble.errors import UnknownName, UsageError, require_kind
from scumble.image.files import UNNAMED, read_picture
from scumble.options import Options
from scumble.paths import as_path
from scumble.plan.plan import START_KINDS
from scumble.record import Record, Source
from scumble.runs.inputs import NO_MASK
from scumble.runs.prepare import prepare
from scumble.runs.run import Run
from scumble.runs.styles import Style


def find_source(source: Source, folders: Sequence[Path]) -> Path:
    """Return the file that a record speaks of: of its name, in one of some folders, with its bytes.

    Raises:
        UsageError: none of the folders holds it, or only another file of its name.
    """
    places = [folder / name for folder in folders for name in (source.name, Path(source.name).name)]
    there = [place for place in places if os.path.isfile(place)]  # noqa: PTH113 (a name too long is no error)
    for place in there:
        if read_picture(place).sha256 == source.sha256:
            return place
    if there:
        message = f"{str(there[0])!r} is not the picture that the record speaks of: its content differs"
    else:
        here = dict.fromkeys("this folder" if folder == Path() else repr(str(folder)) for folder in folders)
        message = f"{source.name!r}, which the record speaks of, is not in {' or '.join(here)}"
    hint = "--inputs FOLDER says where the content and the styles are"
    if source.name == UNNAMED:
        hint = f"it came from memory or through a pipe: save it as a file {UNNAMED!r}, and {hint}"
    raise UsageError(message, hint)


def recorded_options(record: Record) -> Options:
    """Return the options of a record. The plugins that it names are not run: whoever trusts them loads them.

    Raises:
        UnknownName: a loss or the like that only a plugin can bring; the hint names those of the record.
    """
    try:
        return Options(**record.options)
    except UnknownName as error:
        if record.plugins:
            named = " and ".join(f"{one.name} (sha256 {one.sha256[:16]})" for one in record.plugins)
            error.hint = f"--plugin FILE loads it; the record names {named}"
        raise


def prepare_again(record: Record, folders: Sequence[Path], **overrides: Any) -> Run:
    """Return the run that makes a recorded picture again: on a CPU, with the same versions, the same pixels.

    Of a picture whose run was stopped it makes as many steps, unless `steps` are given.

    Args:
        record: of the picture; may come from anybody, and is checked as options from anybody are.
        folders: where to look for its inputs.
        overrides: options to change.
    """
    require_kind("the record", record, Record, "a scumble.Record")
    require_kind("folders", folders, (list, tuple), "a list of folders")
    folders = [as_path(folder) for folder in folders]
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"there is no folder {str(folder)!r}", "--inputs takes folders")
    options = recorded_options(record).replace(**overrides)
    content = find_source(record.content, folders)
    styles = [Style(find_source(source, folders), source.weight) for source in record.styles]
    if record.start is not None:
        options = options.replace(start=str(find_source(record.start, folders)))
    elif options.start not in START_KINDS:
        raise UsageError(f"the record names no picture that the run started from, only {options.start!r}")
    for name in ("previous", "previous_mask"):
        source = getattr(record, name)
        options = options.replace(**{name: source and str(find_source(source, folders))})
    masks = {
        option: [str(find_source(source, folders)) if source else NO_MASK for source in sources]
        for option, sources in (("content_mask", record.content_masks), ("style_mask", record.style_masks))
    }
    options = options.replace(**masks)  # never those that its options name: they may be any file
    if options.threads == 0 and record.device == "cpu":
        options = options.replace(threads=record.threads)  # sums in another order round otherwise
    if options.precision == "auto":
        options = options.replace(precision=record.precision)
    run = prepare(content, styles, options)
    run.until = record.steps if record.stopped and "steps" not in overrides else None
    return run
