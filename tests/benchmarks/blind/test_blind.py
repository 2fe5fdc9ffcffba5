"""From two sets of pictures to sheets, a form, a key, and back to what was chosen."""

import csv
import json
import re
from collections import Counter

import numpy as np
import pytest
from benchmarks.blind.__main__ import app
from benchmarks.blind.form import HEAD
from PIL import Image

from scumble.errors import OutputExists, UsageError
from scumble.image.files import read_picture
from scumble.record import Source
from scumble.saving.files import write

from ...records import a_record

REDS = (200, 30, 30), (30, 30, 200)
PAIRS = 6


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Six contents and styles in `pictures`; in `before` all is red that was painted, in `after` all is blue."""
    monkeypatch.chdir(tmp_path)
    for kind in ("pictures/content", "pictures/style", "before", "after"):
        (tmp_path / kind).mkdir(parents=True)
    for number in range(PAIRS):
        inputs = {
            kind: tmp_path / "pictures" / kind / f"{kind}-{number}.png" for kind in ("content", "style")
        }
        for kind, path in inputs.items():
            Image.new("RGB", (40, 30), (0, 250 if kind == "style" else 120, number)).save(path)
        content, style = (Source.of(read_picture(path)) for path in inputs.values())
        for name, color in zip(("before", "after"), REDS, strict=True):
            picture = Image.new("RGB", (48, 36), (*color[:1], number, *color[2:]))
            write(
                tmp_path / name / f"{name}-{number}.png",
                [picture],
                a_record(content=content, styles=(style,)),
            )
    return tmp_path


def call(*tokens):
    app(list(tokens), exit_on_error=False, result_action="return_value")


def blind(a="before", b="after", out="judge", *more):
    call(a, b, "-o", out, "--inputs", "pictures", *more)


def sides(path):
    """Return what stands on the left and on the right, by the two results' colors."""
    with Image.open(path) as sheet:
        reds = np.asarray(sheet)[-20, [20, -20], 0]
    return ["before" if red > 128 else "after" for red in reds]


def fill(path, answers):
    """Write a form of rows of answers, or of one answer to everything."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *answers])


def test_a_judge_finds_nothing_that_tells(folder):
    blind("before", "after", "judge", "--seed", "1")
    names = sorted(path.name for path in (folder / "judge").rglob("*"))
    assert names == [*(f"{number:02d}.png" for number in range(1, PAIRS + 1)), "form.csv", "questions.txt"]
    assert (folder / "judge.key.json").is_file()
    for path in (folder / "judge").iterdir():
        assert not re.search(rb"before|after|content-\d|style-\d|seed|scumble", path.read_bytes())
        if path.suffix == ".png":
            kinds = set(re.findall(rb"[A-Za-z]{4}", path.read_bytes())) & {
                b"tEXt",
                b"iTXt",
                b"zTXt",
                b"eXIf",
                b"tIME",
            }
            assert not kinds
            with Image.open(path) as sheet:
                assert not sheet.info
    form = (folder / "judge" / "form.csv").read_text().splitlines()
    assert form[0] == "sheet,painting,content,artefacts,preferred"
    assert form[1:] == [f"{number:02d}.png,,,," for number in range(1, PAIRS + 1)]


def test_the_key_says_what_is_seen_and_each_is_left_equally_often(folder):
    blind()
    key = json.loads((folder / "judge.key.json").read_text())
    assert key["sets"] == {"A": "before", "B": "after"}
    seen = [sides(folder / "judge" / one["file"])[0] for one in key["sheets"]]
    assert seen == [key["sets"][one["left"]] for one in key["sheets"]]
    assert Counter(seen) == {"before": PAIRS // 2, "after": PAIRS // 2}
    for one in key["sheets"]:
        number = one["pair"][-1]
        assert one["pair"] == f"content-{number} x style-{number}"
        assert one["pictures"] == {"A": f"before/before-{number}.png", "B": f"after/after-{number}.png"}


def test_a_seed_draws_the_same_again_and_another_one_others(folder):
    def sheets(out, *more):
        blind("before", "after", out, *more)
        return [path.read_bytes() for path in sorted((folder / out).glob("*.png"))]

    first = sheets("one", "--seed", "1")
    assert sheets("again", "--seed", "1") == first
    assert sheets("other", "--seed", "2") != first
    drawn = sheets("drawn")
    sheets("drawn-too")
    seeds = [json.loads((folder / f"{name}.key.json").read_text())["seed"] for name in ("drawn", "drawn-too")]
    assert seeds[0] != seeds[1]
    assert sheets("drawn-again", "--seed", str(seeds[0])) == drawn


def test_a_and_b_exchanged_only_change_sides(folder):
    blind("before", "after", "one", "--seed", "1")
    blind("after", "before", "two", "--seed", "1")
    one, two = (json.loads((folder / f"{name}.key.json").read_text())["sheets"] for name in ("one", "two"))
    assert [(sheet["pair"], sheet["left"]) for sheet in one] == [
        (sheet["pair"], sheet["left"]) for sheet in two
    ]
    for sheet in one:
        assert sides(folder / "one" / sheet["file"]) == sides(folder / "two" / sheet["file"])[::-1]


def test_results_stand_as_they_are_below_their_content_and_style(folder):
    blind()
    with Image.open(folder / "judge" / "01.png") as sheet:
        assert sheet.size == (8 + 2 * (48 + 8), 2 * (8 + 26 + 36 + 8))
        assert np.asarray(sheet)[8 + 26 + 18, [30, 90], 1].tolist() == [120, 250]
    blind("before", "after", "wide", "--width", "96")
    with Image.open(folder / "wide" / "01.png") as sheet:
        assert sheet.width == 8 + 2 * (96 + 8)


def test_what_a_judge_chose_is_told_of_a_and_b(folder, capsys):
    blind()
    judge = folder / "judge"
    sheets = [f"{number:02d}.png" for number in range(1, PAIRS + 1)]
    red = {sheet: "left" if sides(judge / sheet)[0] == "before" else "right" for sheet in sheets}
    blue = {sheet: "right" if red[sheet] == "left" else "left" for sheet in sheets}
    fill(
        judge / "form.csv",
        [
            [sheet, red[sheet], blue[sheet], "same", red[sheet] if number else " Same "]
            for number, sheet in enumerate(sheets)
        ],
    )
    capsys.readouterr()
    call("tally", "judge", "--json")
    told = json.loads(capsys.readouterr().out)["questions"]
    counts = {question: (one["a"], one["b"], one["same"]) for question, one in told.items()}
    assert counts == {
        "painting": (6, 0, 0),
        "content": (0, 6, 0),
        "artefacts": (0, 0, 6),
        "preferred": (5, 0, 1),
    }
    call("tally", "judge")
    table = capsys.readouterr().out
    assert "- A: before\n- B: after\n\n6 sheets, 1 judge." in table
    assert re.search(r"\| painting +\| 6 \| 0 \| +0 \| +100 % \| +61 to 100 % \| 0\.031 \|", table)
    assert re.search(r"\| artefacts +\| 0 \| 0 \| +6 \| +- \| +- \| 1\.000 \|", table)


def test_forms_of_several_judges_may_lie_anywhere_and_so_may_the_key(folder, capsys):
    blind("before", "after", "judge", "--key", "kept/apart.json")
    assert not (folder / "judge.key.json").exists()
    rows = [[f"{number:02d}.png", "left", "left", "left", "left"] for number in range(1, PAIRS + 1)]
    fill(folder / "ada.csv", rows)
    fill(folder / "grace.csv", [[row[0], *["right"] * 4] for row in rows])
    call("tally", "judge", "--key", "kept/apart.json", "--form", "ada.csv", "--form", "grace.csv", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["judges"] == 2
    assert told["questions"]["content"]["same"] == PAIRS
    assert told["questions"]["content"]["share"] is None


def test_a_key_within_the_folder_or_of_other_sheets_is_refused(folder):
    with pytest.raises(UsageError, match=r"would lie where the judge looks"):
        blind("before", "after", "judge", "--key", "judge/key.json")
    blind("before", "after", "one", "--seed", "1")
    blind("before", "after", "two", "--seed", "2")
    with pytest.raises(UsageError, match=r"is not the key of 'one': \d\d.png is missing or another sheet"):
        call("tally", "one", "--key", "two.key.json")
    (folder / "other.json").write_text('{"seed": 1}')
    with pytest.raises(UsageError, match=r"^'other.json' is no key of a blind comparison$"):
        call("tally", "one", "--key", "other.json")
    with pytest.raises(UsageError, match=r"^cannot read the key 'none.json': No such file"):
        call("tally", "one", "--key", "none.json")


def test_a_form_that_may_be_filled_in_is_never_replaced(folder):
    blind()
    before = (folder / "judge.key.json").read_bytes()
    with pytest.raises(OutputExists, match="'judge' is there already"):
        blind()
    with pytest.raises(OutputExists, match=r"judge\.key\.json' is there already"):
        blind("before", "after", "new", "--key", "judge.key.json")
    assert (folder / "judge.key.json").read_bytes() == before
    assert not (folder / "new").exists()


def test_what_has_no_counterpart_is_on_no_sheet_and_noted(folder, capsys):
    (folder / "after" / "after-0.png").unlink()
    blind()
    assert capsys.readouterr().err.startswith(
        "note: 1 picture without a counterpart, on no sheet\n5 sheets in judge;"
    )
    key = json.loads((folder / "judge.key.json").read_text())
    assert (len(key["sheets"]), key["alone"]) == (PAIRS - 1, ["before/before-0.png"])


def test_pictures_without_records_are_compared_by_a_table(folder):
    for number, name in enumerate(("before", "after")):
        (folder / name / "plain").mkdir()
        Image.new("RGB", (48, 36), REDS[number]).save(folder / name / "plain" / "x.png")
    table = folder / "pictures" / "table.csv"
    table.write_text("picture,content,style\nx.png,content/content-0.png,style/style-0.png\n")
    call("before/plain", "after/plain", "-o", "judge", "--pairs", str(table))
    (one,) = json.loads((folder / "judge.key.json").read_text())["sheets"]
    assert sides(folder / "judge" / "01.png")[one["left"] == "B"] == "before"


def test_sets_of_other_pairs_have_nothing_to_compare(folder):
    for name, kept in (("before", "0"), ("after", "1")):
        for path in set((folder / name).iterdir()) - {folder / name / f"{name}-{kept}.png"}:
            path.unlink()
    with pytest.raises(
        UsageError, match=r"^'before' and 'after' have no pictures of the same content and styles$"
    ):
        blind()
    assert not (folder / "judge").exists()
