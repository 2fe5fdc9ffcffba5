"""The questions, the form that a judge fills in, and what is read back from it."""

import csv
from collections.abc import Sequence
from pathlib import Path

from scumble.errors import UsageError, several

QUESTIONS = {
    "painting": "Which of the two is the better painting?",
    "content": "In which of the two is the content kept better: what it shows, its shapes, its depth?",
    "artefacts": "Which of the two has fewer artefacts: dots, grids, seams, borders, colors of neither picture?",
    "preferred": "Which of the two do you prefer, all in all?",
}
ANSWERS = ("left", "right", "same")
HEAD = ["sheet", *QUESTIONS]
ALLOWED = "left, right or same"

Answers = dict[str, dict[str, str]]
"""From a sheet's file to what is answered to each question."""


def write_form(folder: Path, sheets: Sequence[str]) -> None:
    """Write `form.csv`, a row for each sheet and nothing answered, and `questions.txt`, all that a judge is told."""
    asked = [f"{name}: {question}" for name, question in QUESTIONS.items()]
    told = [
        "On each sheet the content and the style stand above, two results below. Look at each sheet for itself.",
        f"Answer in its row of form.csv, in each column with {ALLOWED}:",
        *asked,
    ]
    (folder / "questions.txt").write_text("\n".join(told) + "\n", encoding="utf-8")
    with (folder / "form.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [HEAD, *([sheet, "", "", "", ""] for sheet in sheets)]
        )


def read_form(path: Path, sheets: Sequence[str]) -> Answers:
    """Return what a judge answered; columns between semicolons, as some spreadsheets write them, are read, too.

    Args:
        path: of the form.
        sheets: the files that it is about; each is to have its row, in any order.

    Raises:
        UsageError: it cannot be read, lacks rows or columns, or has an answer that is none of the three.
    """
    head, *rows = rows_of(path)
    if head != HEAD:
        raise UsageError(f"{path.name} begins with {shown(','.join(head))}; its columns are {','.join(HEAD)}")
    answers: Answers = {}
    for number, row in enumerate(rows, start=2):
        where = f"{path.name}, row {number}"
        if len(row) != len(HEAD):
            raise UsageError(f"{where}: it has {several(len(row), 'cell')}; allowed are {len(HEAD)}")
        sheet = row[0]
        if sheet not in sheets:
            raise UsageError(
                f"{where}: there is no sheet {shown(sheet)}; they are {sheets[0]} to {sheets[-1]}"
            )
        if sheet in answers:
            raise UsageError(f"{where}: sheet {sheet} has a row already; each has one")
        answers[sheet] = {
            question: answer(given, f"{where}, sheet {sheet}, {question!r}")
            for question, given in zip(QUESTIONS, row[1:], strict=True)
        }
    missing = [sheet for sheet in sheets if sheet not in answers]
    if missing:
        raise UsageError(
            f"{path.name} has no row for {shown_some(missing)}; each of {len(sheets)} sheets has one"
        )
    return answers


def answer(given: str, where: str) -> str:
    """Return an answer in small letters.

    Raises:
        UsageError: it is none of the three.

    Example:
        >>> answer("Left", "row 2")
        'left'
    """
    if not given:
        raise UsageError(
            f"{where}: not answered; allowed are {ALLOWED}", "same says that there is no difference"
        )
    if given.lower() not in ANSWERS:
        raise UsageError(f"{where}: {shown(given)}; allowed are {ALLOWED}")
    return given.lower()


def rows_of(path: Path) -> list[list[str]]:
    """Return the rows of a table, its head first; without rows that are empty and spaces around cells.

    Raises:
        UsageError: there is no such file, or it is no table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        between = ";" if ";" in text.partition("\n")[0] else ","
        found = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=between)]
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error):
        raise UsageError(f"{str(path)!r} is no table; allowed is CSV in UTF-8") from None
    rows = [row for row in found if any(row)]
    if not rows:
        raise UsageError(f"{str(path)!r} is empty; its first row names its columns")
    return rows


def shown(text: str) -> str:
    """Return what somebody wrote, quoted, in one line that is not too long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def shown_some(names: Sequence[str], most: int = 3) -> str:
    """Return the first of some names.

    Example:
        >>> shown_some(["a", "b", "c", "d", "e"])
        'a, b, c and 2 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
