"""Shares, intervals and tests beside SciPy's; what several judges say of a sheet."""

import pytest
from benchmarks.blind.form import QUESTIONS
from benchmarks.blind.key import Key, Sheet
from benchmarks.blind.tally import Count, sign_test, tallied, tally_text, verdict, wilson
from scipy.stats import binomtest


@pytest.mark.parametrize(("a", "b"), [(0, 1), (5, 5), (9, 3), (0, 12), (40, 61), (900, 1300)])
def test_intervals_and_probabilities_are_scipys(a, b):
    known = binomtest(a, a + b)
    interval = known.proportion_ci(0.95, method="wilson")
    assert wilson(a, a + b) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert sign_test(a, b) == pytest.approx(known.pvalue, rel=1e-9)
    told = Count(a, b, 3).to_json()
    assert (told["share"], told["p"]) == (a / (a + b), sign_test(a, b))


def test_without_a_decision_there_is_no_share():
    assert Count(0, 0, 7).to_json() == {
        "a": 0, "b": 0, "same": 7, "share": None, "low": None, "high": None, "p": 1.0,
    }  # fmt: skip


def sheet(left, name="01.png"):
    return Sheet(file=name, sha256="", left=left, pair="", pictures={})


@pytest.mark.parametrize(
    ("answers", "left", "said"),
    [
        (["left"], "A", "A"),
        (["left"], "B", "B"),
        (["right"], "A", "B"),
        (["right"], "B", "A"),
        (["same"], "A", "same"),
        (["left", "right", "left"], "B", "B"),
        (["left", "right"], "A", "same"),
        (["same", "same", "right"], "A", "B"),
    ],
)
def test_a_sheet_is_won_by_what_more_judges_chose(answers, left, said):
    assert verdict(sheet(left), answers) == said


def test_more_judges_do_not_make_more_sheets():
    key = Key(seed=0, sets={"A": "x", "B": "y"}, sheets=[sheet("A"), sheet("B", "02.png")], alone=["x/z.png"])
    form = {name: dict.fromkeys(QUESTIONS, "left") for name in ("01.png", "02.png")}
    form["02.png"]["content"] = "right"
    for judges in (1, 3):
        counts = tallied(key, [form] * judges)
        assert counts["painting"] == Count(1, 1, 0)
        assert counts["content"] == Count(2, 0, 0)
    assert "2 sheets, 3 judges. " in tally_text(key, 3, counts)
    assert "1 picture had no counterpart" in tally_text(key, 3, counts)
