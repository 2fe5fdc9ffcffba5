"""Sizes of prints: how many pixels they are, and that they fit on the paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scumble.errors import BadOption
from scumble.options import Options
from scumble.options.paper import PAPERS, in_pixels, is_print
from scumble.plan.pyramid import canvas
from scumble.runs.prepare import prepare

SIZES = ["30cm", "30x20cm", "12in", "300mm", "2.5in", *PAPERS]


@pytest.mark.parametrize(
    ("size", "dpi", "pixels"),
    [
        ("30cm", 300, (3543, 2362)), ("300mm", 300, (3543, 2362)), ("12in", 300, (3600, 2400)),
        ("30x20cm", 254, (3000, 2000)), ("20x30cm", 254, (2000, 3000)), ("2.5in", 100, (250, 167)),
        ("A4", 300, (3508, 2339)), ("A3", 300, (4961, 3307)), ("letter", 100, (1100, 733)),
    ],
)  # fmt: skip
def test_a_print_of_a_photograph_of_three_by_two(size, dpi, pixels):
    assert canvas(size, 6000, 4000, dpi) == pixels


@given(st.sampled_from(list(PAPERS)), st.integers(1, 9000), st.integers(1, 9000), st.integers(20, 600))
def test_a_picture_fits_on_its_paper_and_touches_two_of_its_edges(paper, width, height, dpi):
    short, long = (side / 25.4 * dpi for side in PAPERS[paper])
    across, down = canvas(paper, width, height, dpi)
    assert min(across, down) <= short + 1
    assert max(across, down) <= long + 1
    assert (across >= down) == (width >= height) or across == down
    assert max(across, down) == round(long) or abs(min(across, down) - short) <= 1


def test_pixels_stay_pixels_whatever_the_dots():
    assert in_pixels("512", 72, 40, 30) == "512"
    assert canvas("400x300", 40, 30, 72) == (400, 300)
    assert not any(map(is_print, ["1", "512", "400x300"]))


@pytest.mark.parametrize("size", SIZES)
def test_every_size_of_a_print_is_an_option(size):
    options = Options(size=size.upper(), dpi=72)
    assert options.size == size
    assert is_print(size)
    assert Options(**options.model_dump(mode="json")) == options


@pytest.mark.parametrize(
    ("options", "dpi"),
    [({}, None), ({"dpi": 96}, 96), ({"size": "A4"}, 300), ({"size": "5cm", "dpi": 72}, 72)],
)
def test_dots_are_said_where_they_were_asked_for(options, dpi):
    assert Options(**options).print_dpi == dpi


@pytest.mark.parametrize(
    ("size", "dpi", "message", "hint"),
    [
        ("200cm", 300, "size is '200cm' at 300 dpi, which is 23622 pixels; a side may have 1 to 16384",
         "--dpi 208, or --size 138cm"),
        ("A0", 1200, "size is 'A0' at 1200 dpi, which is 56173 pixels", "--dpi 350"),
        ("20x300cm", 300, "which is 35433 pixels", "--dpi 138"),
        ("0.001cm", 300, "which is 0 pixels; a side may have 1 to 16384", "--size 10cm"),
        ("16385", None, "size is '16385'; a side may have at most 16384 pixels", ""),
        ("30km", None, "size is '30km'; it should be as 512, 400x300, 30cm, 30x20cm, 12in, A4", "size: "),
        ("A7", None, "size is 'a7'; it should be as", "size: "),
        ("0", None, "size is '0'; it should be as", "size: "),
    ],
)  # fmt: skip
def test_a_print_that_cannot_be_says_what_could(size, dpi, message, hint):
    with pytest.raises(BadOption) as caught:
        Options(size=size, dpi=dpi)
    assert message in caught.value.message
    assert caught.value.hint.startswith(hint)
    if "--dpi" in hint:
        assert Options(size=size, dpi=int(hint.split()[1].strip(",")))
    if "--size 138cm" in hint:
        assert Options(size="138cm", dpi=dpi)


@pytest.mark.parametrize("dpi", [19, 2401, 0, -300, "many"])
def test_dots_have_a_range(dpi):
    with pytest.raises(BadOption, match="dpi is "):
        Options(dpi=dpi)


@pytest.mark.usefixtures("weights")
def test_a_picture_says_how_large_it_is_on_paper_and_its_record_what_was_asked(content, style):
    run = prepare(content, style, size="0.5in", dpi=96, steps=1, coarsest=0, threads=1)
    list(run)
    result = run.result()
    assert (result.image.size, result.image.info["dpi"]) == ((48, 36), (96, 96))
    assert (result.record.options["size"], result.record.options["dpi"]) == ("0.5in", 96)
    assert (result.record.width, result.record.height) == (48, 36)
    plain = prepare(content, style, size=48, steps=1, coarsest=0, threads=1)
    list(plain)
    assert "dpi" not in plain.result().image.info
    assert plain.result().image.tobytes() == result.image.tobytes()
