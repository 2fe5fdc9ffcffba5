"""Wrong usage and bad inputs: an exit code, one line that says what is wrong, one that says what to do."""

import json

import pytest
from PIL import Image

from .conftest import TINY

BASE = "stylize photo.png paint.png"
NEAR = "--help, or scumble COMMAND --help"

WRONG = [
    # command, exit code, in the error line, in the hint line; no hint where there is no remedy
    ("frobnicate", 2, "unknown command", NEAR),
    ("stylize", 2, "CONTENT requires an argument", NEAR),
    ("stylize photo.png", 2, "STYLE requires an argument", NEAR),
    (f"{BASE} --strenght 60", 2, "unknown option: --strenght. Did you mean --strength?", NEAR),
    (f"{BASE} --size", 2, "--size requires an argument", NEAR),
    (f"{BASE} --on-exists maybe", 2, 'Choose from: "error", "rename"', NEAR),
    (f"{BASE} --size huge", 2, "size is 'huge'; it should be as 512, 400x300", "Long edge"),
    (f"{BASE} --size 0", 2, "size is '0'", "1 to 16384"),
    (f"{BASE} --size 20000", 2, "size is '20000'; a side may have at most 16384 pixels", ""),
    (f"{BASE} --strength 101", 2, "strength is '101'; input should be less than or equal to 100", "0 to 100"),
    (f"{BASE} --strength nan", 2, "strength is 'nan'; input should be a finite number", "0 to 100"),
    (f"{BASE} --strength most", 2, "strength is 'most'; input should be a valid number", "How much style"),
    (f"{BASE} --weight.gramm 1", 2, "unknown loss 'gramm'; did you mean 'gram'? known: content, ", "loads a loss of"),
    (f"{BASE} --weight.gram -1", 2, "weight.gram is '-1'; input should be greater than", "--weight.gram 2"),
    (f"{BASE} --weight.gram nan", 2, "weight.gram is 'nan'; input should be a finite number", "--weight.gram 2"),
    (f"{BASE} --strength 100 --weight.covariance 0 --weight.roughness 0 --weight.range 0 --weight.palette 0", 2,
     "no loss is left", "above 0"),
    (f"{BASE} --preset courser", 2, "unknown preset 'courser'; did you mean 'coursera'?", ""),
    (f"{BASE} --backbone vgg91", 2, "unknown backbone 'vgg91'; did you mean 'vgg19'?", "loads a backbone of your"),
    (f"{BASE} --optimizer sgd", 2, "unknown optimizer 'sgd'; known: adam, ", "loads an optimizer"),
    (f"{BASE} --style-layers relu9_1", 2, "'relu9_1' is no layer; layers are called conv1_1", ""),
    (f"{BASE} --style-layers relu1_1=much", 2, "style_layers.relu1_1 is 'much'", "relu1_1=0.5"),
    (f"{BASE} --content-layers ,", 2, "content_layers is ", "Layers of content losses"),
    (f"{BASE} --steps 10,many", 2, "number 2 of steps is 'many'", "Updates at each scale"),
    (f"{BASE} --seed 1.5", 2, "seed is '1.5'", "noise"),
    (f"{BASE} --device tpu", 2, "input should be 'auto', 'cpu', 'cuda', 'mps' or 'xpu'", "auto takes the first"),
    (f"{BASE} --device mps", 2, "device 'mps' is not available; available: ", "--device auto"),
    (f"{BASE} --style-weights -1,2", 2, "--style-weights requires an argument", "joined by =, as in FLAG=-1,2"),
    (f"{BASE} --style-mask half.png --style-crop 0.5,0,1,1", 2, "'half.png' is black where it", "--style-crop"),
    ("stylize photo.png thin.png --dry-run", 3, "'thin.png' would be 512 x 3 pixels; its shorter", "larger --size"),
    ("stylize photo.png clear.png", 3, "'clear.png' is transparent everywhere", "without its alpha channel"),
    ("stylize --continue-from photo.png photo.png paint.png --inputs gone", 3, "carries no record", "give the PNG"),
    ("rerun broken.json more", 2, "rerun takes fewer arguments; these are left over: 'more'", "scumble rerun --help"),
    (f"{BASE} --style-weights 1,2", 2, "got 2 style weights for 1 style", ""),
    (f"{BASE} --style-layers relu1_1 --style-layers relu2_1", 2, "--style-layers specified multiple times", NEAR),
    (f"{BASE} --style-layers relu1_1;relu2_1", 2, "style_layers are given for 2 styles, not for 1", ""),
    (f"{BASE} --style-scale 1,2", 2, "got 2 style scales for 1 style", ""),
    (f"{BASE} --style-scale 0", 2, "number 1 of style_scale is '0'; input should be greater than", "brush strokes"),
    (f"{BASE} --style-crop 0,0,1", 2, "number 4 of number 1 of style_crop is ", "left, top, right and bottom"),
    (f"{BASE} --style-crop 0.5,0,0.5,1", 2, "style_crop is 0.5,0,0.5,1; left must be less than right", ""),
    (f"{BASE} --style-turns 45", 2, "number 1 of style_turns is '45'; input should be '90', '180', '270'", "mirror"),
    (f"{BASE} --content-mask photo.png", 2, "masks in colors are for one content mask", "in gray stands alone"),
    (f"{BASE} --style-mask photo.png --style-mask photo.png", 2, "got 2 style masks for 1 style", "in order"),
    (f"{BASE} --feather 60", 2, "feather is '60'; input should be less than or equal to 50", "fades"),
    (f"{BASE} -o nowhere/out.png", 2, "there is no folder 'nowhere' to write to", "mkdir -p 'nowhere'"),
    (f"{BASE} -o out.bmp", 2, "unknown output suffix '.bmp'", "the suffix says the format"),
    (f"{BASE} -o out", 2, "unknown output suffix ''; known: .avif", "out.png"),
    (f"{BASE} -o new/", 2, "the output 'new/' is a folder that is not there", "new/out.png"),
    (f"{BASE} --content-mask a.png,b.png", 2, "there is no mask 'a.png,b.png'", "--content-mask b.png"),
    (f"{BASE} --max-memory 0.0001", 5, "; 0.1 MB are allowed", "--max-memory asks for more"),
    (f"{BASE} -o .", 2, "the output '.' is a folder", "out.png"),
    (f"{BASE} -o photo.png", 2, "the output 'photo.png' is there already", "--on-exists rename|overwrite|skip"),
    (f"{BASE} -o out.gif --timelapse ./out.gif", 2, "the output and the timelapse are both", "another name"),
    (f"{BASE} --timelapse film.png", 2, "a timelapse is .gif or .webp, not '.png'", ""),
    (f"{BASE} --timelapse film.mov", 2, "a timelapse is .gif or .webp, not '.mov'", ""),
    (f"{BASE} --snapshots photo.png", 2, "the folder for snapshots, 'photo.png', is a file", ""),
    (f"{BASE} --snapshots photo.png/steps", 2, "cannot be made in ", ""),
    (f"{BASE} --snapshots full", 2, "the folder 'full' is not empty", "--on-exists rename|overwrite"),
    ("stylize - - ", 2, "- is given twice, but stdin holds one picture", ""),
    ("stylize photo.png pain.png", 3, "there is no file 'pain.png'", "did you mean 'paint.png'?"),
    ("stylize photo.png paint.png result.png", 3, "there is no file 'result.png'", "-o result.png, if that is to be"),
    ("stylize photo.png paint.png pain.png", 3, "there is no file 'pain.png'", "'paint.png'? -o pain.png, if that"),
    ("stylize photo.png result.webp", 3, "there is no file 'result.webp'", "-o result.webp, if that is"),
    ("stylize gone.png result.png", 3, "there is no file 'gone.png'", ""),
    ("stylize photo.png file://nas/x.png", 2, "'file://nas/x.png' is a file of the computer 'nas'", "copy it here"),
    ("stylize nowhere/photo.png paint.png", 3, "there is no folder 'nowhere'", ""),
    ("stylize . paint.png", 3, "'.' is a folder; give one picture", "name a file in it"),
    ("stylize notes.txt paint.png", 3, "'notes.txt' is a text file; allowed are JPEG", "save it as PNG"),
    ("stylize photo.png cut.png", 3, "'cut.png' is a damaged PNG: ", "open it in another"),
    ("stylize photo.png empty.jpg", 3, "'empty.jpg'", ""),
    ("stylize https://example.org/a.jpg paint.png", 3, "is an address; only files are read", "download"),
    (f"{BASE} --content-mask gone.png", 3, "there is no file 'gone.png'", ""),
    (f"{BASE} --start gone.png", 3, "there is no file 'gone.png'", ""),
    ("show photo.png", 3, "'photo.png' carries no record", "give the PNG that Scumble wrote"),
    ("show gone.png", 3, "there is no file 'gone.png'", "a picture that Scumble made"),
    ("rerun notes.txt", 3, "'notes.txt' carries no record", "give the PNG"),
    ("show broken.json", 3, "the record cannot be read", ""),
    (f"{BASE} --backbone vgg19", 4, "backbone 'vgg19' has no weights here", "scumble weights fetch vgg19"),
    (f"{BASE} --backbone vgg19 --dry-run", 4, "backbone 'vgg19' has no weights here", "--backbone compact"),
    (f"{BASE} --checkpoint photo.png", 2, "'photo.png' is there already and is no checkpoint", "another name"),
    (f"{BASE} -o out.png --checkpoint ./out.png", 2, "the output and the checkpoint are both to be 'out.png'",
     "give the checkpoint another name"),
    (f"{BASE} --timelapse run.gif --checkpoint run.gif", 2, "the timelapse and the checkpoint", "another name"),
    (f"{BASE} --checkpoint photo.png --on-exists overwrite", 2, "'photo.png' is there already and is no checkpoint",
     "another name"),
    (f"{BASE} --checkpoint nowhere/run", 2, "there is no folder 'nowhere' to write to", "mkdir -p 'nowhere'"),
    (f"{BASE} --checkpoint run --checkpoint-every -1", 2, "a checkpoint each -1.0 s was asked for", ""),
    (f"{BASE} --checkpoint-every 9", 2, "--checkpoint-every needs --checkpoint FILE", "--checkpoint run.checkpoint"),
    ("resume gone", 3, "there is no file 'gone'", "--checkpoint FILE"),
    ("resume photo.png", 3, "'photo.png' is no checkpoint of Scumble's", "--checkpoint FILE"),
    (f"{BASE} --steps +5", 2, "steps are '+5', but there is no picture to go on from", "--continue-from PICTURE"),
    (f"{BASE} --inputs full", 2, "--inputs was given without --continue-from", ""),
    ("stylize --continue-from photo.png", 3, "'photo.png' carries no record", "give the PNG"),
    ("stylize - --continue-from photo.png", 2, "- was given, but --continue-from takes its pictures from files", ""),
    ("presets nope", 2, "unknown preset 'nope'; known: coursera", ""),
    ("config --size huge", 2, "size is 'huge'", "Long edge"),
    ("config --sise 4", 2, "unknown option: --sise. Did you mean --size?", NEAR),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _spoiled(desk):
    """Files that are no good."""
    (desk / "notes.txt").write_text("not a picture")
    (desk / "empty.jpg").write_bytes(b"")
    (desk / "cut.png").write_bytes((desk / "paint.png").read_bytes()[:900])
    (desk / "broken.json").write_text('{"scumble": 1')
    (desk / "full").mkdir()
    Image.new("RGB", (400, 2), "teal").save(desk / "thin.png")
    Image.new("RGBA", (40, 40)).save(desk / "clear.png")
    mask = Image.new("L", (40, 40))
    mask.paste(255, (0, 0, 16, 40))
    mask.save(desk / "half.png")
    (desk / "full" / "step-0001.png").write_bytes(b"")


@pytest.mark.parametrize(("command", "code", "error", "hint"), WRONG, ids=[row[0] for row in WRONG])
def test_wrong_input(scumble, desk, command, code, error, hint):
    before = sorted(desk.rglob("*"))
    done = scumble(*command.split())
    assert done.code == code, done.err
    assert done.out == ""
    first, *others = done.err.splitlines()
    assert first.startswith("error: ")
    assert error in first
    assert len(others) == bool(hint), done.err
    assert all(line.startswith("hint: ") and hint in line for line in others), done.err
    assert sorted(desk.rglob("*")) == before


def test_debug_shows_where(scumble):
    assert "Traceback" in scumble("stylize", "gone.png", "paint.png", "--debug").err
    assert "Traceback" not in scumble("stylize", "gone.png", "paint.png").err


def test_what_nobody_foresaw_is_one_line_too(scumble, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("division by\nzero")

    monkeypatch.setattr("scumble.cli.commands.stylize.merged_options", fail)
    done = scumble("stylize", "photo.png", "paint.png")
    assert (done.code, done.err) == (
        1,
        "error: unexpected: ZeroDivisionError: division by zero\nhint: --debug shows where\n",
    )


def test_a_full_memory_has_its_own_code(scumble, monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr("scumble.cli.commands.stylize.merged_options", fail)
    done = scumble("stylize", "photo.png", "paint.png")
    assert (done.code, done.err) == (5, "error: the memory is full\nhint: a smaller --size needs less\n")


def test_an_unforeseen_error_on_the_way_keeps_the_picture(scumble, monkeypatch):
    from scumble.cli.progress import Lines

    def fail(_, step):
        if step.count == 3:
            raise ZeroDivisionError("no such luck")

    monkeypatch.setattr(Lines, "step", fail)
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png")
    assert (done.code, done.out) == (1, "out.png\n")
    assert "note: stopped at step 3 of 4; its picture is kept" in done.err
    assert "error: unexpected: ZeroDivisionError: no such luck" in done.err


def test_what_a_record_says_cannot_command_the_terminal(scumble, desk):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.jpg")
    told = json.loads((desk / "out.jpg.json").read_text())
    told["device"] = told["scumble"] = "\x1b[2J\x9b"
    told["options"] |= {"preset": "\x1b]0;hello\x07"}
    (desk / "evil.json").write_text(json.dumps(told))
    for arguments in (["show", "evil.json"], ["show", "evil.json", "--json"], ["rerun", "evil.json"]):
        done = scumble(*arguments)
        assert not set("\x1b\x9b\x07") & set(done.out + done.err), arguments


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"options": {"self": 1}}, "unknown option 'self'"),
        ({"options": {"size": "99999999"}}, "size is '99999999'"),
        ({"options": {"start": "/etc/passwd"}}, "the record names no picture that the run started from"),
        ({"options": {"threads": 10**9}}, "threads is 1000000000"),
        ({"options": {"weight": {"gram": []}}}, "weight.gram is []"),
        ({"name": "x" * 4000}, "which the record speaks of, is not in"),
        ({"name": "../gone.png"}, "'../gone.png', which the record speaks of, is not in"),
        ({"sha256": "0" * 64}, "is not the picture that the record speaks of: its content differs"),
    ],
)
def test_rerun_of_a_record_from_anybody(scumble, desk, changed, error):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.jpg")
    told = json.loads((desk / "out.jpg.json").read_text())
    told["content"] |= {name: value for name, value in changed.items() if name in ("name", "sha256")}
    told["options"] |= changed.get("options", {})
    (desk / "evil.json").write_text(json.dumps(told))
    done = scumble("rerun", "evil.json")
    assert done.code == 2
    assert done.err.startswith("error: ")
    assert error in done.err
    assert len(done.err.splitlines()) <= 2
