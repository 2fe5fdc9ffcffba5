"""The command `scumble rerun`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from scumble.cli.output import Output

if TYPE_CHECKING:
    from scumble.record import Record


def rerun(
    picture: Path,
    /,
    *,
    inputs: Annotated[list[Path] | None, Parameter(consume_multiple=True)] = None,
    output: Output = Output(),  # noqa: B008 (frozen)
) -> None:
    """Make a picture again from its record: on a CPU, with the same versions, the same pixels.

    Example: scumble rerun out.png -o again.png --inputs photos

    Parameters
    ----------
    picture
        A picture made by Scumble, or the .json beside it.
    inputs
        Folders that hold the content and the styles, besides this one and the picture's own.
    """
    from scumble.api import prepare_again
    from scumble.cli.painting import carry_out
    from scumble.record import read_record

    record = read_record(picture)
    run = prepare_again(record, [*(inputs or []), Path(), picture.parent])
    notes = [f"{difference}; pixels may differ" for difference in differences(record)]
    carry_out(run, output.named(f"{picture.stem}-again.png"), notes)


def differences(record: "Record") -> list[str]:
    """Return what is not as it was when the record was made."""
    from scumble.api import versions
    from scumble.backbones.cache import weights_sha256
    from scumble.plugins import loaded_plugins

    found = [
        f"{name} was {record.versions.get(name, 'unknown')} and is {now}"
        for name, now in versions().items()
        if record.versions.get(name) != now
    ]
    if weights_sha256(record.backbone) != record.weights_sha256:
        found.append(f"the weights of {record.backbone} have changed")
    found += [
        f"the plugin {one.name} is not loaded, or has changed"
        for one in record.plugins
        if one.sha256 not in {loaded.sha256 for loaded in loaded_plugins()}
    ]
    if record.device != "cpu":
        found.append(f"it was made on {record.device}")
    return found
