"""Curves: where courses are read from, and that lines, scales and runs are all in the picture."""

import json
import sys
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scumble.comparing.curves import DASHES, as_drawn, draw, plain, read_course, term_colors
from scumble.course import MAX_SCALES, Course, ScaleStart
from scumble.errors import RecordError, UsageError
from scumble.image.sheet import COLORS

STEPS = tuple(range(1, 31))


def a_course(**costs):
    """Return the course of two scales, the second from step 21 on; each cost is one number at all steps."""
    scales = (ScaleStart(width=32, height=24, step=1), ScaleStart(width=64, height=48, step=21))
    layers: dict[str, dict[str, tuple[float, ...]]] = {
        "gram": {"relu1_1": (0.03,) * 30, "relu2_1": (0.07,) * 30}
    }
    weights = dict.fromkeys(costs, 1.0)
    values = {name: tuple([cost] * 30) for name, cost in costs.items()}
    return Course(scales=scales, steps=STEPS, costs=values, layers=layers, weights=weights)


def columns_of(picture, color):
    """Return in which columns a picture has a color, left of the legends."""
    pixels = np.asarray(picture)[:, :880].astype(int)
    return np.flatnonzero((np.abs(pixels - color).max(2) < 12).any(0))


def test_each_term_has_a_line_in_its_own_color_and_the_total_is_black():
    picture = draw([a_course(total=2.0, content=0.5, gram=0.1)], ["run"])
    for color in ((0, 0, 0), *COLORS[:2]):
        assert len(columns_of(picture, color)) > 400
    assert len(columns_of(picture, COLORS[2])) == 0


def test_lines_are_broken_where_a_scale_begins():
    columns = columns_of(draw([a_course(content=1.0)], ["run"]), COLORS[0])
    gaps = np.diff(columns)
    assert (gaps > 10).sum() == 1
    assert columns[gaps.argmax()] > columns[-1] / 2


def test_runs_are_told_apart_by_dashes_and_terms_keep_their_colors():
    one, two = a_course(total=1.0, gram=0.1), a_course(content=0.01, gram=0.001)
    assert term_colors([one, two]) == {
        "total": (0, 0, 0), "gram": pytest.approx(tuple(part / 255 for part in COLORS[0])),
        "content": pytest.approx(tuple(part / 255 for part in COLORS[1])),
    }  # fmt: skip
    whole, dashed = (len(columns_of(draw(runs, "ab"), COLORS[0])) for runs in ([two, one], [one, two]))
    assert whole == dashed  # of gram, in both
    content = [
        len(columns_of(draw(runs, "ab"), COLORS[index])) for runs, index in (([two, one], 0), ([one, two], 1))
    ]
    assert content[1] < 0.9 * content[0]


def test_a_cost_of_0_is_left_out_and_a_single_step_is_seen():
    one = Course(
        scales=(),
        steps=(1,),
        costs={"content": (0.5,), "gram": (0.0,)},
        weights={"content": 1.0, "gram": 1.0},
    )
    picture = draw([one], ["run"])
    assert 2 <= len(columns_of(picture, COLORS[0])) < 30
    assert len(columns_of(picture, COLORS[1])) == 0


@pytest.mark.parametrize("name", ["$x^{$", "_hidden", "a\nb", "猫", "x" * 300, "", "%s {}"])
def test_any_name_can_be_written(name):
    assert draw([a_course(total=1.0, **{name: 0.5})], [name]).width > 900


def weighed(**weights):
    """Return a course of a total of 7, which is twice a gram of 3 and a content of 1."""
    costs: dict[str, tuple[float, ...]] = {"total": (7.0,), "content": (1.0,), "gram": (3.0,)}
    layers: dict[str, dict[str, tuple[float, ...]]] = {"gram": {"relu1_1": (1.0,), "relu2_1": (2.0,)}}
    return Course(scales=(), steps=(1,), costs=costs, layers=layers, weights=weights)


def test_parts_and_layers_add_up_to_the_total_unless_they_are_to_be_in_their_own_units():
    course = weighed(content=1.0, gram=2.0)
    assert as_drawn(course, "run").costs == {"total": (7.0,), "content": (1.0,), "gram": (6.0,)}
    apart = as_drawn(course, "run", layers=["gram"]).costs
    assert apart == {"total": (7.0,), "content": (1.0,), "gram relu1_1": (2.0,), "gram relu2_1": (4.0,)}
    assert as_drawn(course, "run", weighted=False, layers=["gram"]).costs["gram relu2_1"] == (2.0,)
    assert list(term_colors([as_drawn(course, "run", layers=["gram"])])) == list(apart)


def test_what_a_run_does_not_tell_is_no_part_of_a_picture():
    with pytest.raises(UsageError, match="'run' does not tell the weight of 'gram'") as caught:
        draw([weighed(content=1.0)], ["run"])
    assert "--unweighted" in caught.value.hint
    assert draw([weighed()], ["run"], weighted=False).width > 900
    with pytest.raises(UsageError, match="'run' tells no layers of 'content'; it tells those of gram"):
        draw([weighed(content=1.0, gram=2.0)], ["run"], layers=["content"])


@pytest.mark.parametrize("number", [0, len(DASHES) + 1])
def test_more_runs_than_can_be_told_apart_are_refused(number):
    with pytest.raises(UsageError, match=f"{number} runs were given; 1 to {len(DASHES)}"):
        draw([a_course(total=1.0)] * number, ["run"] * number)


def test_long_names_keep_both_ends():
    assert plain("a" * 30 + ".jsonl") == "a" * 14 + "..." + "aaaaa.jsonl"
    assert len(plain("b" * 300)) == 28


def step_line(number, total, size=(32, 24)):
    told = {
        "event": "step",
        "scale": size,
        "step": number,
        "of": 9,
        "progress": 0.1,
        "costs": {"total": total},
    }
    return json.dumps(told)


def test_json_lines_are_read_whatever_is_between_them(tmp_path):
    lines = ["note: hello", step_line(1, 2.0), json.dumps({"event": "note", "text": "x"}), step_line(2, 1.0),
             "", "interrupted", step_line(1, 0.5, (64, 48))]  # fmt: skip
    path = tmp_path / "run.jsonl"
    path.write_text("\n".join(lines))
    course = read_course(path)
    assert (course.steps, course.costs) == ((1, 2, 3), {"total": (2.0, 1.0, 0.5)})
    assert [(one.width, one.step) for one in course.scales] == [(32, 1), (64, 3)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no course"),
        ("no steps here", "holds no course"),
        ("{", "cannot be read after step 0: JSONDecodeError"),
        ('{"event": "step"}', "cannot be read after step 1: ValueError: 'scale': Field required"),
        (
            step_line(1, 1.0) + "\n" + step_line(2, "much"),
            "after step 2: ValueError: 'costs.total': Input should be an instance of SupportsFloat",
        ),
        (step_line(1, float("nan")), "finite number"),
        (step_line(1, 1e308), "'total' is 1e+308; a finite number up to 1e+100 is read"),
        (
            step_line(1, dict.fromkeys(range(65), 1)).replace('{"total": {', "{").replace("}}", "}"),
            "a step has 65 terms",
        ),
        (step_line(1, 1.0, (0, 5)), "greater than or equal to 1"),
        (step_line(1, 1.0, (5,)), "'scale.1': Field required"),
        (step_line(1, 10**400), "OverflowError"),
        ("\n".join(step_line(1, 1.0, (n, n)) for n in range(1, MAX_SCALES + 3)), "more than 32 scales"),
        ('{"a":' * 100_000, "cannot be read"),
    ],
)
def test_lines_that_cannot_be_read(tmp_path, text, message):
    path = tmp_path / "run.jsonl"
    path.write_text(text)
    with pytest.raises(RecordError) as caught:
        read_course(path)
    assert message in caught.value.message
    assert "\n" not in caught.value.message


@given(st.dictionaries(st.sampled_from(["event", "scale", "costs", "layers", "weights"]), st.sampled_from(
    ["step", None, 1, [1, 2], [[], {}], {"total": 1}, {"total": []}, {"total": 10**400}, [2**60, 1],
     {"total": {"relu1_1": 1}}, {"total": {"relu1_1": []}}, {"total": {"relu1_1": 1e999}}])))  # fmt: skip
def test_lines_from_anybody_are_an_error_or_a_course(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("lines") / "run.jsonl"
    path.write_text(json.dumps({"event": "step", **values}))
    try:
        assert read_course(path).steps == (1,)
    except RecordError as error:
        assert len(error.message) < 600  # noqa: PT017


def test_the_largest_costs_are_drawn(tmp_path):
    line = json.loads(step_line(1, 1e100)) | {"weights": {"gram": 1e100}}
    path = tmp_path / "run.jsonl"
    lines = [line | {"costs": {"total": total, "gram": total}} for total in (1e100, 5e-324)]
    path.write_text("\n".join(map(json.dumps, lines)))
    assert draw([read_course(path)], ["\U0001f984"]).size[0] > 0


def test_warnings_are_as_they_were_after_pictures_are_drawn_side_by_side():
    before = list(warnings.filters)
    threads = [threading.Thread(target=draw, args=([a_course(total=2.0)], ["\u4e2d"])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters == before


def test_without_matplotlib_the_remedy_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UsageError) as caught:
        draw([a_course(total=1.0)], ["run"])
    assert caught.value.hint == "pip install 'scumble[plot]'"
