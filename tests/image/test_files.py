"""Reading pictures: every source, mode and color space comes out as upright 8-bit sRGB, or is refused in words."""

import hashlib
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from PIL import Image, features

from scumble.errors import ImageError
from scumble.image.files import read_picture

from ..pictures import encoded, scene


def refused(source, **limits) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_picture(source, **limits)
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value


class TestSources:
    def test_a_path_a_string_and_bytes_give_the_same(self, tmp_path):
        path = tmp_path / "photo.png"
        path.write_bytes(encoded(scene(), "PNG"))
        pictures = [read_picture(source) for source in (path, str(path), path.read_bytes())]
        assert [picture.name for picture in pictures] == ["photo.png", "photo.png", "image"]
        assert {picture.sha256 for picture in pictures} == {hashlib.sha256(path.read_bytes()).hexdigest()}
        assert all(
            picture.rgb == scene() and picture.alpha is None and not picture.notes for picture in pictures
        )
        assert (pictures[0].width, pictures[0].height) == (30, 20)

    def test_a_picture_passes_through(self):
        picture = read_picture(scene())
        assert read_picture(picture) is picture

    def test_the_same_pixels_from_memory_have_the_same_hash(self):
        values = np.asarray(scene())
        tensor = Tensor((values / 255).astype(np.float32).transpose(2, 0, 1))
        hashes = {read_picture(source).sha256 for source in (scene(), values, values / 255, tensor)}
        assert len(hashes) == 1
        assert read_picture(values.reshape(30, 20, 3)).sha256 not in hashes

    def test_a_pillow_image_is_not_changed(self):
        image = scene()
        image.info["comment"] = "mine"
        read_picture(image).rgb.putpixel((0, 0), (1, 2, 3))
        assert image.getpixel((0, 0)) == (0, 0, 40)
        assert image.info == {"comment": "mine"}

    def test_truth_is_white(self):
        picture = read_picture(np.array([[True, False, True]]))
        assert np.asarray(picture.rgb)[0, :, 0].tolist() == [255, 0, 255]

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16, ">u2", np.float32, np.float64, np.float16])
    @pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3), (5, 7, 4)])
    def test_arrays(self, dtype, shape):
        levels = np.arange(np.prod(shape)).reshape(shape) % 256
        scale = {"u1": 1, "u2": 257}.get(np.dtype(dtype).str[1:], 1 / 255)
        picture = read_picture((levels * scale).astype(dtype))
        color = levels[..., :3] if shape[-1] > 1 and len(shape) == 3 else levels.reshape(5, 7, 1).repeat(3, 2)
        assert np.array_equal(np.asarray(picture.rgb), color)
        assert (picture.alpha is not None) == (shape[-1] == 4)

    def test_16_bits_are_rounded_not_cut(self):
        values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
        expected = np.floor(values / 257 + 0.5)
        assert np.array_equal(np.asarray(read_picture(values).rgb)[..., 0], expected)
        from_file = read_picture(encoded(Image.fromarray(values), "PNG"))
        assert np.array_equal(np.asarray(from_file.rgb)[..., 0], expected)
        assert from_file.notes == ("16-bit grey converted to 8-bit RGB",)

    @pytest.mark.parametrize("batch", [(), (1,)])
    def test_tensors_of_one_picture(self, batch):
        values = np.asarray(scene()).transpose(2, 0, 1).reshape(*batch, 3, 20, 30)
        assert read_picture(Tensor(values / 255)).rgb == scene()

    @pytest.mark.parametrize(
        ("source", "message", "hint"),
        [
            (np.zeros((3, 5, 7)), "an array of shape (3, 5, 7) is no picture", "put the channels last"),
            (np.zeros((2, 5, 7, 3)), "an array of shape (2, 5, 7, 3) is no picture", ""),
            (np.zeros((0, 7, 3)), "an array of shape (0, 7, 3) holds no pixels", ""),
            (np.zeros((5, 7), int), "an array of type int64 is no picture", ""),
            (np.full((5, 7), 255.0), "values go from 255 to 255; floats must be in [0, 1]", "divide by 255"),
            (
                np.full((5, 7), -0.5),
                "values go from -0.5 to -0.5; floats must be in [0, 1]",
                "clip to [0, 1]",
            ),
            (np.full((5, 7), np.nan), "values that are not finite", ""),
            (np.array([[0.0, np.inf]]), "values that are not finite", ""),
            (Image.new("F", (5, 7), float("nan")), "'image' holds values that are not finite", ""),
            (Image.new("RGB", (0, 7)), "'image' is 0 x 7 pixels; both sides must have at least 1", ""),
            (7, "no picture can be read from int; allowed are a path, bytes", ""),
            (b"", "'image' is empty", ""),
        ],
    )
    def test_what_is_no_picture(self, source, message, hint):
        error = refused(source)
        assert message in error.message
        assert error.hint == hint

    def test_a_batch_of_tensors_is_refused(self):
        assert (
            "a tensor of shape (2, 3, 5, 7) is no picture" in refused(Tensor(np.zeros((2, 3, 5, 7)))).message
        )

    @pytest.mark.parametrize("error", [RuntimeError, KeyError, AttributeError])
    def test_what_fails_when_it_is_asked_for_attributes(self, error):
        class Proxy:
            def __getattr__(self, name):
                raise error(name)

        assert "no picture can be read from Proxy; allowed are a path" in refused(Proxy()).message

    def test_what_only_looks_like_a_tensor(self):
        class Lost(Tensor):
            def numpy(self):
                raise RuntimeError("its device is gone\nand more")

        class Anything:
            def __getattr__(self, name):
                return lambda: self

        assert (
            refused(Lost(np.zeros((3, 5, 7)))).message
            == "no pixels can be read from Lost: its device is gone"
        )
        refused(Anything())


class Tensor:
    """As much of a tensor as is asked for."""

    def __init__(self, values):
        self.values = values
        self.shape = values.shape

    def detach(self):
        return self

    cpu = float = detach

    def numpy(self):
        return self.values.astype(np.float32)


class TestPaths:
    def test_a_missing_file_names_the_nearest(self, tmp_path):
        (tmp_path / "portrait.jpg").touch()
        error = refused(tmp_path / "portrat.jpg")
        assert error.message == f"there is no file {str(tmp_path / 'portrat.jpg')!r}"
        assert error.hint == f"did you mean {str(tmp_path / 'portrait.jpg')!r}?"

    def test_other_paths_that_are_no_picture(self, tmp_path):
        (tmp_path / "empty.png").touch()
        os.mkfifo(tmp_path / "pipe.png")
        for path, message in [
            (tmp_path, "is a folder; give one picture"),
            (tmp_path / "empty.png", "'empty.png' is empty"),
            (tmp_path / "pipe.png", "is a pipe or a device, not a file"),
            ("/dev/zero", "is a pipe or a device, not a file"),
            (tmp_path / "no" / "a.png", "there is no folder"),
            (tmp_path / "empty.png" / "a.png", "cannot read"),
            ("x" * 300 + ".png", "File name too long"),
            ("https://example.org/a.png", "is an address; only files are read"),
            (tmp_path / "two\nlines.png", "there is no file"),
        ]:
            assert message in refused(path).message

    def test_no_permission(self, tmp_path):
        path = tmp_path / "secret.png"
        path.write_bytes(encoded(scene(), "PNG"))
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
        assert "Permission denied" in refused(path).message

    def test_limits_can_be_set(self):
        data = encoded(scene(), "PNG")
        assert read_picture(data, max_side=30, max_pixels=600).rgb == scene()
        assert "allowed are 29 a side" in refused(data, max_side=29).message
        assert "30 x 20 pixels" in refused(data, max_pixels=599).message
        assert "30 x 20 pixels" in refused(scene(), max_pixels=599).message


FORKED = """
import io, logging, os, signal, sys, warnings
from contextlib import suppress
from threading import Event, Thread
from PIL import Image, TiffImagePlugin
from scumble.image.files import read_picture
from scumble.image.quiet import quiet
held, done, before = Event(), Event(), list(warnings.filters)

def hold():
    with quiet():
        held.set()
        done.wait()

thread = Thread(target=hold)
thread.start()
held.wait()
if child := os.fork():
    done.set()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(60)  # a child that waits for ever ends so
logger = logging.getLogger("PIL.TiffImagePlugin")
print(read_picture(Image.new("RGB", (30, 20))).rgb.size, warnings.filters == before, logger.disabled, flush=True)
packed = io.BytesIO()
Image.new("RGB", (64, 64)).save(packed, "TIFF", compression="tiff_lzw")
packed.getbuffer()[8:40] = bytes([255]) * 32
packed.seek(0)
with suppress(OSError):
    TiffImagePlugin.TiffImageFile(packed).load()
os._exit(0)
"""


class TestSideEffects:
    def test_filters_of_warnings_are_as_before(self):
        before = list(warnings.filters)
        read_picture(encoded(scene(), "PNG"))
        assert warnings.filters == before

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
    def test_a_process_forked_while_another_thread_reads(self):
        done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (0, "(30, 20) True False\n")
        assert done.stderr != "" or not features.check("libtiff")  # which speaks to others as before

    def test_no_tensor_library_is_imported(self):
        program = (
            "import sys, scumble.image.files, scumble.record, scumble.outputs.files as files;"
            "files.writer_for('a.png'); sys.exit('torch' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
