"""The command `scumble batch`."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, validators

from scumble.cli.console import USAGE, say, tell_json, tell_path
from scumble.cli.fetching import offer
from scumble.cli.output import OUTPUT
from scumble.cli.settings import merged_options
from scumble.errors import BadOption, SomeFailed, UsageError
from scumble.options import Options
from scumble.paths import as_path
from scumble.saving.on_exists import OnExists

if TYPE_CHECKING:
    from scumble.batching.contact import Contact
    from scumble.cli.batching import Work
    from scumble.saving.destination import Destination

Flag = Parameter(negative="", show_default=False, group=OUTPUT)
SYNOPSIS = "Usage: scumble batch CONTENTS... --style STYLES... [OPTIONS]"
Number = validators.Number(gte=0, lte=1024)


def batch(
    contents: list[str] | None = None,
    /,
    *,
    style: Annotated[
        list[str] | None,
        Parameter(name=["--style", "--styles", "-s"], consume_multiple=True, negative="", group=OUTPUT),
    ] = None,
    output: Annotated[str, Parameter(name=["--output", "-o"], group=OUTPUT)] = "painted",
    name: Annotated[str, Parameter(group=OUTPUT)] = "{stem}__{style}.png",
    recursive: Annotated[bool, Flag, Parameter(name=["--recursive", "-r"])] = False,
    pair: Annotated[bool, Flag] = False,
    mix: Annotated[bool, Flag] = False,
    on_exists: Annotated[Literal["error", "overwrite", "skip"], Parameter(group=OUTPUT)] = "error",
    executor: Annotated[str, Parameter(group=OUTPUT)] = "processes",
    workers: Annotated[int, Parameter(group=OUTPUT, validator=Number)] = 0,
    shard: Annotated[str, Parameter(group=OUTPUT)] = "1/1",
    sheet: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    watch: Annotated[bool, Flag] = False,
    json: Annotated[bool, Flag] = False,
    quiet: Annotated[bool, Flag, Parameter(name=["--quiet", "-q"])] = False,
    dry_run: Annotated[bool, Flag] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008 (frozen)
) -> None:
    """Paint each of CONTENTS in each of STYLES, and print the folder of the pictures.

    What is done already is left: the same command again paints what is missing.

    Example: scumble batch photos --style painting.jpg -o painted

    Parameters
    ----------
    contents
        Photographs: files, folders, patterns such as "photos/*.jpg", lists (.csv, .tsv or .jsonl with content,
        style, output and any option), or - for names on stdin.
    style
        Paintings: files, folders, patterns.
    output
        The folder of the pictures, made if need be. What was done is listed there, in scumble-batch.jsonl.
    name
        Of a picture, with the fields stem, ext, parent, style, index:05, sha8 and preset; the suffix says the format:
        {pictures}.
    recursive
        Enter folders within folders, and keep them.
    pair
        Paint the first content in the first style, the second in the second, and so on.
    mix
        Mix all styles in each picture.
    on_exists
        What to do with a file of that name that no batch painted: let the picture fail, replace it, or leave it.
    executor
        Where to paint: in processes beside this one, or inline.
    workers
        Pictures that are painted at once, 0 to 1024; 0 is for as many as cores and memory allow.
    shard
        Paint one part of several, such as 3/8, the third of eight; other machines paint the others.
    sheet
        Put all pictures on one sheet, too, to choose from: {pictures}. A file that is there already is left.
    watch
        Go on with pictures that come into the folders, until Ctrl-C.
    json
        Print one JSON object with the counts; each picture becomes a JSON line on stderr.
    quiet
        Say nothing but errors; the folder is still printed.
    dry_run
        Print what would be painted, why the rest would not, and how long it takes; write nothing.
    """
    from scumble.batching.shard import Shard
    from scumble.cli.batching import Work  # NumPy takes a while, and --help does without
    from scumble.cli.foretold import tell_batch
    from scumble.cli.listing import Given

    if not contents:
        swallowed = (
            f"contents come first: scumble batch {style[-1]} --style {style[0]}"
            if style and style[1:]
            else USAGE
        )
        raise UsageError("CONTENTS requires an argument", swallowed)
    for one, other, both in (
        ("--pair", "--mix", pair and mix),
        ("--watch", "--dry-run", watch and dry_run),
        ("--watch", "--sheet", watch and sheet is not None),
        ("--dry-run", "--sheet", dry_run and sheet is not None),
    ):
        if both:
            raise UsageError(f"{one} and {other} were given; one of them", f"leave out {other}")
    if "every" in options.given:
        raise BadOption("every is for snapshots, which a batch has none of", "leave it out")
    by: Literal["each", "pair", "mix"] = "pair" if pair else "mix" if mix else "each"
    given = Given(contents, style or [], recursive, by, os.fspath(as_path(output)), merged_options(options))
    work = Work(
        given, output, name, on_exists, executor, workers, Shard.read(shard), watch=watch, reading=dry_run
    )
    for note in [] if quiet or json or dry_run or watch else given.notes():
        say(f"note: {note}")
    if dry_run:
        tell_batch(work, as_json=json)
        return
    offer(given.options.backbone)
    contact = contact_of(sheet, work, on_exists) if sheet else None
    if not quiet and not json:
        say(work.outlook())
    paint(work, contact, as_json=json, quiet=quiet)


def contact_of(sheet: Path, work: "Work", on_exists: OnExists) -> "tuple[Contact, Destination]":
    """Return what collects the pictures for a sheet, and where that goes.

    Raises:
        UsageError: it is one of the pictures.
    """
    from scumble.batching.contact import Contact, require_apart
    from scumble.batching.plan import make_folder
    from scumble.saving.destination import destination_of

    make_folder(work.folder)  # the sheet may go there
    place = destination_of(sheet, "overwrite" if on_exists == "overwrite" else "rename", purpose="sheet")
    assert place is not None  # another name is always free
    assert work.batch is not None  # nothing is watched
    require_apart(place.path, work.batch)
    return Contact(), place


def paint(
    work: "Work", contact: "tuple[Contact, Destination] | None" = None, *, as_json: bool, quiet: bool
) -> None:
    """Paint, and print where the pictures are, even if Ctrl-C ends it; that is raised again.

    Raises:
        SomeFailed: not all pictures are painted.
    """
    from scumble.cli.batches import batch_reporter, say_end
    from scumble.cli.interrupts import Interrupts

    interrupted: KeyboardInterrupt | None = None
    with Interrupts() as interrupts:
        with batch_reporter(work.tally, as_json=as_json, quiet=quiet) as report:
            try:
                with interrupts.painting(), closing(work.results(report.share, report.note)) as results:
                    for result in results:
                        report.add(result)
                        if contact:
                            contact[0].add(result)
            except KeyboardInterrupt as problem:
                interrupted = problem
        if not quiet and not as_json:
            say_end(work.tally, work.ledger)
        sheet = put_up(*contact) if contact else None
        if sheet and not quiet and not as_json:
            say(f"sheet: {sheet}")
        if as_json:
            tell_json(work.told() | ({"sheet": str(sheet)} if sheet else {}))
        else:
            tell_path(work.folder)
    if interrupted:
        raise interrupted
    if failed := work.tally.counts["failed"]:
        raise SomeFailed(
            f"{failed} of {work.tally.count} pictures failed",
            f"{work.ledger} says why; the same command tries them again",
        )


def put_up(contact: "Contact", place: "Destination") -> Path | None:
    """Write the sheet and return where it is; None where there is no picture for it.

    Raises:
        ScumbleError: no place takes it.
    """
    picture = contact.sheet()
    if picture is None:
        return None
    if contact.left_out:
        say(f"note: the sheet holds {len(contact.small)} pictures, not the other {contact.left_out}")
    saved = place.save([picture])
    if saved.note:
        say(f"note: {saved.note}")
    return saved.path
