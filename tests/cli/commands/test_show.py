"""`scumble show`: the record of a picture, in words and whole."""

import json

from scumble.record import read_record

from ..conftest import TINY


def test_show_says_what_made_a_picture(scumble, made):
    done = scumble("show", made)
    assert (done.code, done.err) == (0, "")
    told = dict(line.split(None, 1) for line in done.out.splitlines() if not line.startswith("style"))
    assert told["content"].startswith("photo.png, 64 x 48, sha256 ")
    assert told["start"].startswith("paint.png, 60 x 60, sha256 ")
    assert told["picture"].startswith("64 x 48, 4 steps in ")
    assert "strength = 70.0" in told["options"]
    assert "seed = 7" in told["options"]
    assert "history" not in told["options"]
    assert [line.split(", weight ")[1] for line in done.out.splitlines() if line.startswith("style")] == [
        "0.75",
        "0.25",
    ]


def test_show_json_is_the_record(scumble, made):
    assert json.loads(scumble("show", made, "--json").out) == json.loads(read_record(made).to_json())


def test_show_of_what_was_made_in_one_pass_tells_no_steps(scumble):
    scumble("stylize", "photo.png", "paint.png", *TINY, "--way", "recolor", "-o", "colors.png")
    said = scumble("show", "colors.png").out
    assert "picture    64 x 48, one pass in " in said
    assert "way        recolor" in said
    assert "costs" not in said
