"""Forms as judges and spreadsheets leave them, and those that cannot be counted."""

from pathlib import Path

import pytest
from benchmarks.blind.form import HEAD, QUESTIONS, read_form, write_form

from benchmarks.blind import form
from scumble.errors import UsageError

SHEETS = ["01.png", "02.png"]
GOOD = (
    "sheet,painting,content,artefacts,preferred\n01.png,left,right,same,left\n02.png,same,same,same,right\n"
)
READ = {
    "01.png": {"painting": "left", "content": "right", "artefacts": "same", "preferred": "left"},
    "02.png": {"painting": "same", "content": "same", "artefacts": "same", "preferred": "right"},
}
ALLOWED = "allowed are left, right or same"
HEADLESS = GOOD.partition("\n")[2]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD.replace(",", ";").replace("\n", "\r\n"),
        GOOD.replace("left", " Left ").replace("same", '"SAME"'),
        f"{','.join(HEAD)}\n" + "\n,,,,\n".join(reversed(HEADLESS.splitlines())),
    ],
    ids=["as written", "spreadsheet", "letters", "order and empty rows"],
)
def test_answers_are_read_however_they_are_written(tmp_path, text):
    (tmp_path / "form.csv").write_bytes(text.encode())
    assert read_form(tmp_path / "form.csv", SHEETS) == READ


ROW_2, ROW_3 = "form.csv, row 2, sheet 01.png, ", "form.csv, row 3, sheet 02.png, "
LONG = "l\x1b[31m" + "x" * 9999


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("right,same,left", ",same,left"), f"{ROW_2}'content': not answered; {ALLOWED}"),
        (GOOD.replace("same,right", "same,A"), f"{ROW_3}'preferred': 'A'; {ALLOWED}"),
        (GOOD.replace("left,right", f"{LONG},right"), f"{ROW_2}'painting': 'l\\x1b[31mxxx"),
        (GOOD.replace("02.png", "03.png"), "row 3: there is no sheet '03.png'; they are 01.png to 02.png"),
        (GOOD.replace("02.png", "01.png"), "row 3: sheet 01.png has a row already; each has one"),
        (GOOD.replace("02.png,", ""), "row 3: it has 4 cells; allowed are 5"),
        (GOOD.rpartition("02.png")[0], "form.csv has no row for 02.png; each of 2 sheets has one"),
        (GOOD.replace("preferred", "better"), "begins with 'sheet,painting,content,artefacts,better'; its"),
        (HEADLESS, "form.csv begins with '01.png,left,right,same,left'; its columns are sheet,painting"),
        ("\n\n", "is empty; its first row names its columns"),
        (b"\xff\xfe\x00", "is no table; allowed is CSV in UTF-8"),
        ("a" * 200_000 + "," + GOOD, "is no table; allowed is CSV in UTF-8"),
    ],
)
def test_a_form_that_cannot_be_counted_is_refused_in_a_line(tmp_path, text, message):
    (tmp_path / "form.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as caught:
        read_form(tmp_path / "form.csv", SHEETS)
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 300


def test_a_form_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read .*: No such file"):
        read_form(tmp_path / "form.csv", SHEETS)


def test_a_form_begins_unanswered_and_the_judge_is_told_the_questions(tmp_path):
    write_form(tmp_path, SHEETS)
    with pytest.raises(UsageError, match=r"row 2, sheet 01\.png, 'painting': not answered"):
        read_form(tmp_path / "form.csv", SHEETS)
    told = (tmp_path / "questions.txt").read_text()
    assert all(f"{name}: {question}\n" in told for name, question in QUESTIONS.items())


def test_the_guide_asks_the_same_questions():
    guide = (Path(form.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | {question} |\n" in guide for name, question in QUESTIONS.items())
