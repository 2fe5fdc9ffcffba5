"""Compare two sets of pictures by judges who do not know which is which."""

import json
import secrets
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter, validators

from benchmarks.blind.form import read_form, write_form
from benchmarks.blind.key import Key, key_path, read_key
from benchmarks.blind.matches import recorded_matches, tabled_matches
from benchmarks.blind.sheets import write_sheets
from benchmarks.blind.tally import tallied, tally_json, tally_text
from benchmarks.command import run
from benchmarks.quality.pairs import EXAMPLES
from scumble.errors import OutputExists, UsageError, several
from scumble.saving.files import write_text

Folders = Annotated[tuple[Path, ...], Parameter(consume_multiple=True, negative="")]

app = App(name="benchmarks.blind", help=__doc__, help_format="plaintext")


@app.default
def blind(
    a: str,
    b: str,
    /,
    *,
    out: Annotated[Path, Parameter(name=("--out", "-o"))],
    inputs: Folders = (),
    pairs: Path | None = None,
    key: Path | None = None,
    seed: int | None = None,
    width: Annotated[int | None, Parameter(validator=validators.Number(gte=16))] = None,
) -> None:
    """Write a sheet for each pair, a form and the questions into a folder, and the key beside it.

    Example: python -m benchmarks.blind runs/before runs/after -o runs/judge --inputs pictures

    Args:
        a: Folder of pictures that Scumble painted; or of benchmarks.quality, runs/quality:SETTING:STRENGTH.
        b: The other one.
        out: Folder for the judge; new or empty.
        inputs: Folders with the contents and the styles, or with content and style in them; our own examples if not
            given.
        pairs: Table (CSV: picture,content,style) for pictures without records, which have the same names in A and B.
        key: File for what the judge is not to see; FOLDER.key.json if not given.
        seed: Draws order and sides; another one each time if not given. The key tells it.
        width: Of each picture on a sheet, in pixels; as wide as it is if not given.
    """
    secret = key_path(out, key)
    for path in (out, secret):
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            raise OutputExists(
                f"{str(path)!r} is there already", "take another folder: a form may be filled in"
            )
    places = [place for folder in inputs for place in (folder, folder / "content", folder / "style")]
    folders = places or [EXAMPLES, EXAMPLES / "styles"]
    matches, alone = tabled_matches(a, b, pairs) if pairs else recorded_matches(a, b, folders)
    if not matches:
        raise UsageError(f"{a!r} and {b!r} have no pictures of the same content and styles")
    if alone:
        print(f"note: {several(len(alone), 'picture')} without a counterpart, on no sheet", file=sys.stderr)
    seed = secrets.randbits(32) if seed is None else seed
    out.mkdir(parents=True, exist_ok=True)
    sheets = write_sheets(out, matches, seed, width)
    write_form(out, [sheet.file for sheet in sheets])
    hidden = Key(seed=seed, sets={"A": a, "B": b}, sheets=sheets, alone=alone)
    secret.parent.mkdir(parents=True, exist_ok=True)
    write_text(secret, hidden.model_dump_json(indent=1) + "\n")
    print(f"{several(len(sheets), 'sheet')} in {out}; the key is {secret}", file=sys.stderr)


@app.command
def tally(
    folder: Path,
    /,
    *,
    key: Path | None = None,
    form: Annotated[tuple[Path, ...], Parameter(negative="")] = (),
    as_json: Annotated[bool, Parameter("--json", negative="")] = False,
) -> None:
    """Print what the judges chose.

    Example: python -m benchmarks.blind tally runs/judge --form ada.csv --form grace.csv

    Args:
        folder: What the judges were given.
        key: File that was kept from them; FOLDER.key.json if not given.
        form: Form that a judge filled in; may be given several times; form.csv in the folder if not given.
        as_json: Print JSON.
    """
    known = read_key(key_path(folder, key), folder)
    files = form or (folder / "form.csv",)
    forms = [read_form(path, [sheet.file for sheet in known.sheets]) for path in files]
    counts = tallied(known, forms)
    if as_json:
        print(json.dumps(tally_json(known, len(forms), counts), indent=1))
    else:
        print(tally_text(known, len(forms), counts))


if __name__ == "__main__":
    run(app)
