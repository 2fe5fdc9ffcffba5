"""The command batch: what its obvious uses do, and what it says of all that is not painted."""

import io
import json
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from scumble.image.sniff import readable
from scumble.record import read_record

TINY = ("--size", "32", "--steps", "1", "--coarsest", "0", "--regions", "off", "--executor", "inline")
EMPTY = f"'b0.jpg' is empty; a picture is {readable()}"


@pytest.fixture
def photos(desk, content):
    """A folder with two photographs."""
    (desk / "photos" / "day 1").mkdir(parents=True)
    for name in ("b10.png", "b9.png", "day 1/c.png"):
        content.rgb.save(desk / "photos" / name)
    return desk / "photos"


def painted(folder="painted"):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.png"))


@pytest.mark.usefixtures("photos")
def test_a_folder_in_one_style(scumble):
    done = scumble("batch", "photos", "--style", "paint.png", *TINY)
    assert (done.code, done.out) == (0, "painted\n")
    assert painted() == ["b10__paint.png", "b9__paint.png"]
    lines = done.err.splitlines()
    assert lines[0] == "note: 'photos/day 1' is a folder; --recursive enters it"
    assert lines[1] == "2 pictures; 1 worker with 1 thread each"
    assert [line.split("  ")[:2] for line in lines[2:4]] == [
        ["[1/2]", "painted/b9__paint.png"], ["[2/2]", "painted/b10__paint.png"]
    ]  # fmt: skip
    assert lines[4:] == ["2 pictures painted, 0 done before, 0 failed"]
    again = scumble("batch", "photos", "--style", "paint.png", "-r", *TINY)
    assert again.err.splitlines()[0] == "3 pictures, 2 there already; 1 worker with 1 thread each"
    assert again.err.splitlines()[-1] == "1 picture painted, 2 done before, 0 failed"
    assert painted() == ["b10__paint.png", "b9__paint.png", "day 1/c__paint.png"]


@pytest.mark.usefixtures("photos")
def test_ten_styles_on_one_photograph(scumble):
    twice = ("photo.png", "photo.pn?", "--style", "paint.png", "photos/b9.png", "paint.png")
    done = scumble("batch", *twice, "-o", "out", *TINY)
    assert (done.code, done.last, painted("out")) == (0, "out", ["photo__b9.png", "photo__paint.png"])


@pytest.mark.usefixtures("photos")
def test_pairs_mixes_patterns_and_names(scumble):
    done = scumble("batch", "photos/b*.png", "-s", "paint.png", "photo.png", "--pair", "-o", "out", *TINY)
    assert (done.code, painted("out")) == (0, ["b10__photo.png", "b9__paint.png"])
    done = scumble(
        "batch", "photos/**/*.png", "-s", "paint.png", "photo.png", "--mix", "--style-weights", "3,1", "-o", "mix",
        "--name", "{index:02}-{stem}.png", *TINY,
    )  # fmt: skip
    assert (done.code, painted("mix")) == (0, ["01-b9.png", "02-b10.png", "day 1/03-c.png"])
    assert [round(style.weight, 2) for style in read_record("mix/01-b9.png").styles] == [0.75, 0.25]


def test_all_options_do_what_they_do_for_one_picture(scumble, monkeypatch):
    monkeypatch.setenv("SCUMBLE_STRENGTH", "70")
    Path("scumble.toml").write_text("seed = 7")
    options = ("--size", "40", "--steps", "2", "--weight.gram", "2", "--preset", "draft", "--threads", "1")
    assert scumble("stylize", "photo.png", "paint.png", "-o", "one.png", *options).code == 0
    assert scumble("batch", "photo.png", "-s", "paint.png", *options, "--executor", "inline").code == 0
    one, many = read_record("one.png"), read_record("painted/photo__paint.png")
    assert many.options == one.options
    assert many.costs == one.costs


@pytest.mark.usefixtures("photos")
def test_a_bad_picture_ends_no_other_and_is_listed_last(scumble):
    Path("photos/b0.jpg").write_bytes(b"")
    done = scumble("batch", "photos", "-s", "paint.png", *TINY)
    assert (done.code, done.out, len(painted())) == (6, "painted\n", 2)
    assert done.err.splitlines()[-4:] == [
        "2 pictures painted, 0 done before, 1 failed",
        f"failed: photos/b0.jpg in paint.png: {EMPTY}",
        "error: 1 of 3 pictures failed",
        "hint: painted/scumble-batch.jsonl says why; the same command tries them again",
    ]  # fmt: skip


def test_names_on_stdin(scumble, monkeypatch, photos):
    names = b"photos/b9.png\0photos/day 1/c.png\0none.png\0"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(names)))
    done = scumble("batch", "-", "-s", "paint.png", *TINY)
    assert (done.code, painted()) == (6, ["photos/b9__paint.png", "photos/day 1/c__paint.png"])
    assert "there is no file 'none.png'" in done.err
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(os.fsencode(photos / "b9.png") + b"\n\n")))
    assert scumble("batch", "-", "-s", "paint.png", *TINY).code == 0
    assert "b9__paint.png" in painted()


@pytest.mark.usefixtures("photos")
def test_a_list(scumble):
    Path("list.csv").write_text(
        "content,style,output,strength\nphotos/b9.png,paint.png,x.jpg,30\nphoto.png,,,\n"
    )
    done = scumble("batch", "list.csv", "-s", "paint.png", *TINY)
    assert (done.code, painted()) == (0, ["photo__paint.png"])
    assert read_record("painted/x.jpg").options["strength"] == 30
    Path("list.csv").write_text("content,styel\nphoto.png,paint.png\n")
    done = scumble("batch", "list.csv", *TINY)
    assert done.code == 2
    assert done.err.startswith("error: line 2 of 'list.csv': unknown column 'styel'; did you mean 'style'?")


@pytest.mark.usefixtures("photos")
def test_a_dry_run_says_what_would_be_painted_and_why_the_rest_would_not(scumble, desk):
    scumble("batch", "photos/b9.png", "-s", "paint.png", "-o", "out", *TINY)
    Path("photos/b0.jpg").write_bytes(b"")
    Path("photos/list.txt").write_bytes(b"")
    Path("out/b10__paint.png").write_bytes(b"mine")
    before = sorted(desk.rglob("*"))
    ledger = Path("out/scumble-batch.jsonl").read_bytes()
    done = scumble("batch", "photos", "-s", "paint.png", "-o", "out", "-r", "--dry-run", *TINY)
    assert done.code == 0
    *lines, total, crew, folder = done.out.splitlines()
    assert lines == [
        f"out/b0__paint.png  would fail: {EMPTY}",
        "out/b9__paint.png  done before",
        "out/b10__paint.png  would fail: a file that no batch painted is there",
        "out/day 1/c__paint.png  of photos/day 1/c.png in paint.png",
        "photos/list.txt  left out: is not called like a picture",
    ]
    assert total.startswith("2 would fail, 1 done before, 1 to paint; about ")
    assert (crew, folder) == ("4 pictures, 2 there already; 1 worker with 1 thread each", "out")
    assert (sorted(desk.rglob("*")), Path("out/scumble-batch.jsonl").read_bytes()) == (before, ledger)
    done = scumble(
        "batch", "photos/b9.png", "-s", "paint.png", "-o", "out", "--dry-run", *TINY, "--seed", "3"
    )
    assert done.out.splitlines()[0] == "out/b9__paint.png  again of photos/b9.png in paint.png"
    done = scumble("batch", "photos", "-s", "paint.png", "-o", "out", "--dry-run", "--json", *TINY)
    told = json.loads(done.out)
    assert [one["why_not"] is None for one in told["pictures"]] == [False, False, False]
    assert {one["path"] for one in told["left_out"]} == {"photos/list.txt", "photos/day 1"}


@pytest.mark.usefixtures("photos")
def test_as_data(scumble):
    Path("photos/b0.jpg").write_bytes(b"")
    done = scumble("batch", "photos", "-s", "paint.png", "--json", *TINY)
    assert done.code == 6
    told = json.loads(done.out)
    assert (told["output"], told["painted"], told["skipped"], told["failed"]) == ("painted", 2, 0, 1)
    assert Path(told["ledger"]).is_file()
    events = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    assert [(one["event"], one["picture"], one["of"], one["status"]) for one in events] == [
        ("picture", 1, 3, "failed"), ("picture", 2, 3, "done"), ("picture", 3, 3, "done")
    ]  # fmt: skip
    assert events[-1]["progress"] == 1
    assert scumble("batch", "photos/b9.png", "-s", "paint.png", "-q", *TINY).err == ""


@pytest.mark.usefixtures("photos")
def test_shards_are_all_of_it(scumble):
    for number in (1, 2, 3):
        shard = ("--shard", f"{number}/3")
        assert scumble("batch", "photos", "-r", "-s", "paint.png", "photo.png", *shard, *TINY).code == 0
    assert len(painted()) == 6
    told = [path.read_text() for path in Path("painted").glob("scumble-batch-?-of-3.jsonl")]
    assert sum(one.count('"status": "done"') for one in told) == 6


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["photos"], 2, "no style was given"),
        ([], 2, "CONTENTS requires an argument"),
        (
            ["-s", "paint.png", "photos"],
            2,
            "hint: contents come first: scumble batch photos --style paint.png",
        ),
        (["photoz", "-s", "paint.png"], 3, "there is no file 'photoz'"),
        (["photos", "-s", "pain.png"], 3, "there is no file 'pain.png'"),
        (["photos", "-s", "list.txt"], 3, "'list.txt' is a text file"),
        (
            ["photos", "-s", "paint.png", "-o", "photos"],
            2,
            "the pictures would go to 'photos', where they are taken from",
        ),
        (["empty", "-s", "paint.png"], 2, "there is no picture in 'empty'"),
        (["photos", "-s", "paint.png", "--name", "{stem}.{ext}x"], 2, "unknown output suffix"),
        (["photos", "-s", "paint.png", "--name", "out.png"], 2, "would both be 'painted/out.png'"),
        (["photos", "-s", "paint.png", "--executor", "ray"], 2, "unknown executor 'ray'"),
        (["photos", "-s", "paint.png", "--shard", "3"], 2, "it should be as 3/8"),
        (["photos", "-s", "paint.png", "--pair"], 2, "pairs of 2 contents and 1 style"),
        (["photos", "-s", "paint.png", "--pair", "--mix"], 2, "--pair and --mix were given; one of them"),
        (["photos", "-s", "paint.png", "--watch", "--dry-run"], 2, "--watch and --dry-run were given"),
        (["photos", "-s", "paint.png", "--every", "3"], 2, "every is for snapshots"),
        (["photo.png", "-s", "paint.png", "--watch"], 2, "--watch takes folders"),
        (["photos", "-s", "paint.png", "--watch", "--name", "{index}.png"], 2, "--watch knows no order"),
        (["photos", "-s", "paint.png", "-o", "list.txt/x"], 2, "the folder 'list.txt/x' cannot be made"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_painted(scumble, desk, arguments, code, said):
    Path("empty").mkdir()
    Path("list.txt").write_text("text")
    before = sorted(desk.rglob("*"))
    executor = TINY[-2:] if "--executor" not in arguments else ()
    done = scumble("batch", *arguments, *TINY[:-2], *executor)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert sorted(desk.rglob("*")) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_a_step_and_the_same_command_goes_on(start, scumble, desk, photos, number):
    slow = ("--size", "64", "--coarsest", "0", "--threads", "1", "--plateau", "0", "--regions", "off",
            "--optimizer", "adam")  # fmt: skip
    list_ = desk / "list.csv"
    list_.write_text("content,steps\nphotos/b9.png,1\nphotos/b10.png,1000000\nphotos/day 1/c.png,1000000\n")
    assert photos.is_dir()
    process = start("batch", "list.csv", "-s", "paint.png", "--workers", "2", "--json", *slow)
    assert json.loads(process.stderr.readline())["status"] == "done"
    process.send_signal(number)
    process.send_signal(number)
    out, err = process.communicate(timeout=900)
    assert (process.returncode, err.splitlines()[-1]) == (130, "interrupted")
    assert json.loads(out)["painted"] == 1
    assert painted() == ["photos/b9__paint.png"]
    assert not list(Path("painted").rglob(".*"))
    list_.write_text("content,steps\nphotos/b9.png,1\n")
    done = scumble("batch", "list.csv", "-s", "paint.png", "--executor", "inline", *slow)
    assert done.err.splitlines()[-1] == "0 pictures painted, 1 done before, 0 failed"


def test_a_folder_is_watched_until_ctrl_c(start, photos, content):
    process = start("batch", "photos", "-s", "paint.png", "--watch", "--json", *TINY)
    assert json.loads(process.stderr.readline())["content"] == "photos/b9.png"
    assert json.loads(process.stderr.readline())["content"] == "photos/b10.png"
    content.rgb.transpose(0).save(photos / "new.png")
    told = json.loads(process.stderr.readline())
    assert (told["content"], told["status"], told["of"]) == ("photos/new.png", "done", None)
    content.rgb.save(photos / "new.webp")
    told = json.loads(process.stderr.readline())
    clash = "'photos/new.webp' would be 'painted/new__paint.png', as 'photos/new.png' is; it is left out"
    assert told == {"event": "note", "text": clash}
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=900)
    assert (process.returncode, json.loads(out)["painted"]) == (130, 3)


@pytest.mark.usefixtures("photos")
def test_all_pictures_on_one_sheet_that_wraps(scumble, desk):
    asked = ("batch", "photos", "-r", "--style", "paint.png", "photo.png", *TINY, "--sheet", "all.png")
    done = scumble(*asked)
    assert (done.code, done.err.splitlines()[-1]) == (0, "sheet: all.png")
    with Image.open(desk / "all.png") as sheet:  # six pictures, three in a row
        assert sheet.width == 3 * (256 + 8) + 8
        assert sheet.height > 2 * 150
    again = scumble(*asked)
    assert again.err.splitlines()[-1] == "sheet: all-2.png"
    assert (desk / "all.png").read_bytes() == (desk / "all-2.png").read_bytes()


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize("sheet", ["painted/b9__paint.png", "photos/b9.png"])
def test_a_sheet_takes_no_picture_s_place(scumble, desk, sheet):
    before = (desk / "photos" / "b9.png").read_bytes()
    done = scumble(
        "batch", "photos", "--style", "paint.png", *TINY, "--sheet", sheet, "--on-exists", "overwrite"
    )
    assert done.code == 2
    assert "is a picture of the batch, too" in done.err
    assert (desk / "photos" / "b9.png").read_bytes() == before


def test_no_sheet_is_made_of_nothing(scumble, desk):
    (desk / "b0.jpg").touch()
    done = scumble("batch", "b0.jpg", "--style", "paint.png", *TINY, "--sheet", "all.png")
    assert done.code == 6
    assert not (desk / "all.png").exists()
