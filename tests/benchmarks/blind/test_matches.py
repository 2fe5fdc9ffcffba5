"""Which pictures are compared: by records, by a table, and out of what the quality benchmark wrote."""

import json
from pathlib import Path

import pytest
from benchmarks.blind.matches import pictures_of, recorded_matches, tabled_matches
from PIL import Image

from scumble.errors import RecordError, UsageError
from scumble.image.files import read_picture
from scumble.record import Source
from scumble.saving.files import write

from ...records import a_record

INPUTS = ("cat", "dog", "oil", "ink")


@pytest.fixture
def inputs(tmp_path, monkeypatch):
    """Four inputs, by name."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for number, name in enumerate(INPUTS):
        Image.new("RGB", (20, 16), (number, 0, 0)).save(f"in/{name}.png")
    return {name: Source.of(read_picture(f"in/{name}.png")) for name in INPUTS}


def painted(inputs, path, content, *styles):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    record = a_record(content=inputs[content], styles=tuple(inputs[style] for style in styles))
    write(path, [Image.new("RGB", (20, 16))], record)


def test_pictures_of_the_same_inputs_match_whatever_they_are_called(inputs):
    painted(inputs, "a/1.png", "cat", "oil")
    painted(inputs, "a/2.png", "dog", "oil", "ink")
    painted(inputs, "a/3.png", "cat", "ink")
    painted(inputs, "b/3.png", "dog", "oil", "ink")
    painted(inputs, "b/one.jpg", "cat", "oil")  # with its record beside it
    painted(inputs, "b/2.png", "dog", "ink", "oil")
    matches, alone = recorded_matches("a", "b", [Path("in")])
    assert {match.name: (match.a, match.b) for match in matches} == {
        "cat x oil": (Path("a/1.png"), Path("b/one.jpg")),
        "dog x oil x ink": (Path("a/2.png"), Path("b/3.png")),
    }
    assert {match.content for match in matches} == {Path("in/cat.png"), Path("in/dog.png")}
    assert alone == [str(Path("a/3.png")), str(Path("b/2.png"))]


def test_a_set_with_two_pictures_of_a_pair_is_refused(inputs):
    painted(inputs, "a/1.png", "cat", "oil")
    painted(inputs, "a/2.png", "cat", "oil")
    with pytest.raises(
        UsageError, match=r"^1.png and 2.png of 'a' have the same content and styles; a set has one"
    ):
        recorded_matches("a", "a", [Path("in")])


def test_inputs_that_are_not_found_and_pictures_without_records_are_refused(inputs):
    painted(inputs, "a/1.png", "cat", "oil")
    with pytest.raises(UsageError, match=r"'cat\.png', which the record speaks of, is not in 'a'"):
        recorded_matches("a", "a", [Path("a")])
    with pytest.raises(RecordError, match="carries no record") as caught:
        recorded_matches("a", "in", [Path("in")])
    assert caught.value.hint.startswith("--pairs FILE")


@pytest.mark.usefixtures("inputs")
def test_a_table_says_what_pictures_of_any_program_were_made_from():
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        Path(name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (20, 16)).save(name)
    table = Path("in/table.csv")
    table.write_text("picture,content,style\n1.png,cat.png,oil.png\n")
    (match,), alone = tabled_matches("a", "b", table)
    assert (match.content, match.styles, match.name) == (
        Path("in/cat.png"),
        (Path("in/oil.png"),),
        "cat x oil",
    )
    assert (match.a, match.b, alone) == (Path("a/1.png"), Path("b/1.png"), [str(Path("a/2.png"))])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("picture,content,style\n2.png,cat.png,oil.png\n", "has no row for 1.png; each picture has one"),
        ("picture,content,style\n1.png,cat.png,none.png\n", "none.png', which is no file"),
        ("picture,content,style\n1.png,cat.png\n", "has other columns; allowed are picture,content,style"),
        ("1.png,cat.png,oil.png\n", "has other columns; allowed are picture,content,style"),
    ],
)
def test_a_table_that_does_not_say_it_is_refused(inputs, text, message):
    painted(inputs, "a/1.png", "cat", "oil")
    Path("in/table.csv").write_text(text)
    with pytest.raises(UsageError) as caught:
        tabled_matches("a", "a", Path("in/table.csv"))
    assert message in caught.value.message


@pytest.fixture
def quality(inputs):  # noqa: ARG001 (its folder)
    """What `benchmarks.quality` says of two settings at two strengths; one picture failed."""
    pictures = [
        {
            "kind": kind,
            "setting": setting,
            "strength": strength,
            "picture": f"{setting}{strength:g}{kind}.png",
        }
        for setting in ("plain", "deep")
        for strength in (30.0, 70.0)
        for kind in ("painted", "identity")
    ]
    pictures.append({"kind": "painted", "setting": "plain", "strength": 30.0, "error": "made up"})
    told = {
        "settings": [{"name": "plain"}, {"name": "deep"}],
        "strengths": [30.0, 70.0],
        "pictures": pictures,
    }
    Path("q").mkdir()
    Path("q/quality.json").write_text(json.dumps(told))


@pytest.mark.usefixtures("quality")
def test_a_setting_at_a_strength_of_the_quality_benchmark_is_a_set():
    assert pictures_of("q:plain:30") == [Path("q/pictures/plain30painted.png")]
    assert pictures_of("q:deep:70") == [Path("q/pictures/deep70painted.png")]


@pytest.mark.usefixtures("quality")
@pytest.mark.parametrize("given", ["q", "q:plain", "q:plain:50", "q:fine:30"])
def test_several_settings_or_strengths_are_not_one_set(given):
    with pytest.raises(
        UsageError, match=f"^'{given}' is not one set; settings: plain, deep; strengths: 30, 70$"
    ):
        pictures_of(given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("none", "there is no folder 'none'"),
        ("none:a:30", "there is no folder 'none:a:30'"),
        ("in:a", "'in' holds no quality.json, so 'in:a' chooses nothing"),
        (".", "there are no pictures in '.'"),
    ],
)
@pytest.mark.usefixtures("inputs")
def test_what_is_no_set_is_refused(given, message):
    with pytest.raises(UsageError, match=f"^{message}$"):
        pictures_of(given)
