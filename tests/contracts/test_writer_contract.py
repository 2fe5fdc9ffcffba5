"""The contract that every registered output format keeps. A new format is tested by existing."""

import gc
import io
import json
import tracemalloc

import pytest
from PIL import Image, ImageSequence

from scumble.errors import ImageError, OutputError, UsageError
from scumble.image.files import read_picture
from scumble.outputs.base import outputs
from scumble.outputs.files import writer_for
from scumble.record import read_record, sidecar
from scumble.saving.draft import Draft
from scumble.saving.files import write

from ..pictures import difference, ramps
from ..records import a_record

SIZE = (96, 64)


@pytest.fixture(params=list(outputs))
def writer(request):
    return outputs[request.param]()


@pytest.fixture(params=[name for name in outputs if outputs[name].film])
def film_writer(request):
    return outputs[request.param]()


def frame(number, size=SIZE):
    """Return one of many frames, of which no two are equal."""
    return Image.radial_gradient("L").rotate(7 * number).resize(size).convert("RGB")


def everything(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_still_is_a_film_of_one_frame(writer):
    file = io.BytesIO()
    with writer.open(file, "{}") as stream:
        stream.add(frame(0))
    assert file.getvalue() == writer.encode([frame(0)], "{}") == writer.still(frame(0), "{}")


def test_it_says_whether_its_files_can_be_read(writer):
    try:
        readable = read_picture(writer.still(frame(0))).rgb.size == SIZE
    except ImageError:
        readable = False
    assert readable == writer.readable, f"set `readable = {readable}` in {type(writer).__name__}"


def test_a_still_holds_one_frame(writer):
    if writer.film:
        return
    with pytest.raises(UsageError, match="holds 1 frame, 2 were given") as caught:
        writer.encode([frame(0), frame(0)])
    assert caught.value.hint.startswith("for a film, use .")


def test_frames_come_back_one_after_the_other(film_writer):
    data = film_writer.encode(map(frame, range(4)), milliseconds=150)
    with Image.open(io.BytesIO(data)) as film:
        shown = [one.convert("RGB") for one in ImageSequence.Iterator(film)]
    assert [difference(one, frame(number)) < 8 for number, one in enumerate(shown)] == [True] * 4


def test_no_frame_is_kept(film_writer, tmp_path):
    def pictures():
        return sum(issubclass(type(one), Image.Image) for one in gc.get_objects())

    with (tmp_path / "film").open("w+b") as file, film_writer.open(file) as film:
        for number in range(3):  # modules are loaded by now
            film.add(frame(number))
        before = pictures()
        tracemalloc.start()
        for number in range(3, 23):
            film.add(frame(number))
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert pictures() == before
        assert kept < 2 * 3 * SIZE[0] * SIZE[1]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_frames_of_other_sizes_are_refused_in_a_line(film_writer, mode):
    with film_writer.open(io.BytesIO()) as film:
        film.add(frame(0).convert(mode))
        with pytest.raises(UsageError) as caught:
            film.add(frame(1, (64, 96)))
        film.add(frame(1))
    assert str(caught.value) == "the frame is 64 x 96 pixels; those of this film are 96 x 64"


def test_without_frames_there_is_no_file(writer, tmp_path):
    with pytest.raises(UsageError, match="1 frame, 0 were given"):
        write(tmp_path / f"film{writer.suffixes[0]}", [])
    assert everything(tmp_path) == []


def test_an_error_while_frames_are_added_leaves_no_file(writer, tmp_path):
    def drawn():
        yield from map(frame, range(3 if writer.film else 1))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(tmp_path / f"film{writer.suffixes[0]}", drawn())
    assert everything(tmp_path) == []


def test_a_file_that_takes_no_more_is_not_called_pixels_that_cannot_be_written(writer):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    def fill():
        with writer.open(Full()) as stream:
            for number in range(3 if writer.film else 1):
                stream.add(frame(number))

    with pytest.raises(OSError, match="No space left"):
        fill()


def test_an_interrupt_takes_out_the_frame_that_it_cut_short(film_writer, tmp_path, monkeypatch):
    path = tmp_path / f"film{film_writer.suffixes[0]}"
    with Draft(path) as draft:
        for number in range(3):
            draft.add(frame(number))
        whole, interrupted = draft.hidden.write, []

        def write_a_part(data):
            whole(data[: len(data) // 2])
            interrupted.append(True)
            raise KeyboardInterrupt

        monkeypatch.setattr(draft.hidden, "write", write_a_part)
        try:
            draft.add(frame(3))
        except KeyboardInterrupt:
            assert interrupted
        monkeypatch.setattr(draft.hidden, "write", whole)
        draft.add(frame(4))
        draft.finish()
        draft.place(path)
    with Image.open(path) as film:
        shown = [one.convert("RGB") for one in ImageSequence.Iterator(film)]
    assert difference(shown[-1], frame(4)) < 8
    assert len(shown) in (4, 5)


def test_pixels_that_cannot_be_written_are_told_with_their_size(writer, monkeypatch):
    def fails(*_):
        raise ValueError("too many colors")

    monkeypatch.setattr(type(writer), "still", staticmethod(fails))
    with pytest.raises(OutputError) as caught:
        writer.encode([frame(0)])
    assert str(caught.value) == f"cannot write 96 x 64 pixels as {writer.suffixes[0]}: too many colors"


def test_a_still_comes_back(writer):
    if not writer.readable:
        return
    picture = read_picture(writer.encode([ramps()]))
    if writer.lossless:
        assert picture.rgb == ramps()
    assert difference(picture.rgb, ramps()) < 4
    assert "color profile converted to sRGB" not in picture.notes


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_still_says_its_dots_per_inch_and_nothing_unless_asked(writer, mode):
    picture = ramps().convert(mode)
    if not writer.carries_dpi:
        return
    for dpi in (None, 240):
        if dpi:
            picture.info = {"dpi": (dpi, dpi), "comment": "of somebody"}
        with Image.open(io.BytesIO(writer.encode([picture]))) as made:
            exif = made.getexif()
            said = made.info.get("dpi") or (exif.get(0x011A), exif.get(0x011B))
            assert said == pytest.approx((dpi, dpi), abs=0.02) if dpi else said in [(None, None), (1, 1)]
            assert "comment" not in made.info
            if made.format in ("WEBP", "AVIF"):
                assert len(exif) == (3 if dpi else 0)


def test_a_film_keeps_its_frames_and_time(writer, tmp_path):
    if not writer.film:
        with pytest.raises(UsageError, match="holds 1 frame, 2 were given"):
            write(tmp_path / f"film{writer.suffixes[0]}", [ramps()] * 3)
        return
    frames = [ramps(shift) for shift in (0, 80, 160)]
    path = write(tmp_path / f"film{writer.suffixes[0]}", frames, milliseconds=150)
    with Image.open(path) as film:
        assert len(list(ImageSequence.Iterator(film))) == 3
        for number, frame in enumerate(frames):
            film.seek(number)
            film.load()
            assert film.info["duration"] == 150
            assert difference(film.convert("RGB"), frame) < 6


def test_the_same_picture_gives_the_same_bytes(writer):
    assert writer.encode([ramps()], "{}") == writer.encode([ramps()], "{}")


def test_transparency_is_kept_or_laid_on_white(writer):
    clear = ramps().convert("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    if not writer.readable:
        return
    picture = read_picture(writer.encode([clear]))
    if picture.alpha is None:
        assert difference(picture.rgb, Image.new("RGB", clear.size, "white")) < 2
    else:
        assert picture.alpha.getextrema() == (0, 0)


def test_the_camera_is_not_copied(writer):
    image = ramps()
    image.info = {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0", "comment": b"CAMERA", "xmp": b"CAMERA"}
    data = writer.encode([image])
    assert b"CAMERA" not in data
    assert b"Exif" not in data


def test_a_record_is_carried_or_beside(writer, tmp_path):
    path = write(tmp_path / f"out{writer.suffixes[0]}", [ramps()], a_record())
    assert read_record(path).options == a_record().options
    if writer.carries_record:
        assert a_record().to_json().encode() in path.read_bytes()
        assert everything(tmp_path) == [path.name]
    else:
        assert json.loads(sidecar(path).read_text())["scumble"] == a_record().scumble
        assert everything(tmp_path) == [path.name, f"{path.name}.json"]


def test_suffixes_lead_to_their_writer(writer):
    assert writer.suffixes
    for suffix in writer.suffixes:
        assert type(writer_for(f"a.b{suffix.upper()}")) is type(writer)


def test_no_suffix_belongs_to_two_writers():
    suffixes = [suffix for name in outputs for suffix in outputs[name].suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_png_says_that_it_is_srgb_and_others_embed_the_profile():
    assert b"sRGB\0" in outputs["png"]().encode([ramps()])
    for name in ("jpeg", "webp", "tiff", "avif"):
        assert b"acspmsft" not in outputs["png"]().encode([ramps()])
        assert b"mntrRGB" in outputs[name]().encode([ramps()])
