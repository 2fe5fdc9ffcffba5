"""Writing pictures: every writer keeps its promises, and a visible file is always whole."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from scumble.errors import OutputError, OutputExists, RecordError, UnknownName, UsageError
from scumble.image.files import read_picture
from scumble.outputs.base import outputs
from scumble.record import read_record, sidecar
from scumble.saving.files import write
from scumble.saving.names import resolve_path

from ..pictures import ramps
from ..records import a_record


def everything(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def visible(folder: Path) -> list[str]:
    return [name for name in everything(folder) if not name.startswith(".")]


@pytest.fixture(params=outputs, ids=str)
def writer(request):
    return outputs[request.param]()


class TestWhere:
    def test_a_new_path_is_taken_as_it_is(self, tmp_path):
        for on_exists in ("error", "rename", "overwrite", "skip"):
            assert resolve_path(tmp_path / "out.png", on_exists) == tmp_path / "out.png"
        assert visible(tmp_path) == []

    def test_a_path_in_use(self, tmp_path):
        path = tmp_path / "out.png"
        path.write_bytes(b"old")
        (tmp_path / "out-2.png").write_bytes(b"old")
        assert resolve_path(path, "skip") is None
        assert resolve_path(path, "overwrite") == path
        assert resolve_path(path, "rename") == tmp_path / "out-3.png"
        with pytest.raises(OutputExists, match=r"out\.png' is there already") as caught:
            resolve_path(path)
        assert caught.value.hint == "--on-exists rename|overwrite|skip"
        assert caught.value.exit_code == 2
        assert path.read_bytes() == b"old"

    def test_a_link_to_nowhere_is_in_use(self, tmp_path):
        (tmp_path / "out.png").symlink_to(tmp_path / "nowhere")
        for on_exists in ("skip", "error"):  # to skip is to have the file
            with pytest.raises(OutputExists, match="is there already"):
                resolve_path(tmp_path / "out.png", on_exists)

    def test_a_sidecar_in_use(self, tmp_path):
        for text in (
            '{"title": "from another program"}',
            '{"scumble": "my notes"}',
            '{"scumble": "0.1.0", "x": 1}',
        ):
            sidecar(tmp_path / "out.jpg").write_text(text)
            with pytest.raises(OutputExists, match=r"out\.jpg\.json' is there already"):
                resolve_path(tmp_path / "out.jpg")
            with pytest.raises(OutputExists, match=r"out\.jpg\.json' is no record of ours"):
                resolve_path(tmp_path / "out.jpg", "overwrite")
            with pytest.raises(OutputExists, match=r"out\.jpg\.json' is no record of ours"):
                write(tmp_path / "out.jpg", [ramps()], a_record(), on_exists="overwrite")
            assert sidecar(tmp_path / "out.jpg").read_text() == text
        assert resolve_path(tmp_path / "out.jpg", "rename") == tmp_path / "out-2.jpg"

    def test_paths_that_cannot_be_written(self, tmp_path):
        (tmp_path / "file").touch()
        (tmp_path / "folder.png").mkdir()
        os.mkfifo(tmp_path / "pipe.png")
        for path, message, hint in [
            (tmp_path, "is a folder", "give a file name in it, such as out.png"),
            (tmp_path / "folder.png", "is a folder", "give a file name in it, such as out.png"),
            (tmp_path / "no" / "out.png", "there is no folder", f"mkdir -p '{tmp_path / 'no'}'"),
            (
                "~nobody-here/out.png",
                "there is no folder",
                "whose home that is, is not known here; give a path",
            ),
            (tmp_path / "file" / "out.png", "cannot be written: Not a directory", ""),
            (tmp_path / ("x" * 300 + ".png"), "cannot be written: File name too long", ""),
            (tmp_path / "pipe.png", "is a pipe or a device", "give the name of a file"),
            ("a\0b.png", "is no path: it holds a zero character", ""),
        ]:
            with pytest.raises(UsageError, match=message) as caught:
                resolve_path(path, "overwrite")
            assert caught.value.hint == hint
            assert caught.value.exit_code == 2

    def test_a_folder_that_may_not_be_written_to(self, tmp_path):
        tmp_path.chmod(0o500)
        try:
            if os.access(tmp_path, os.W_OK):
                pytest.skip("this user may write everywhere")
            with pytest.raises(UsageError, match="may not be written to"):
                resolve_path(tmp_path / "out.png")
        finally:
            tmp_path.chmod(0o700)

    @pytest.mark.parametrize("name", ["out", "out.jpgg", "out.mp3"])
    def test_unknown_suffixes(self, tmp_path, name):
        with pytest.raises(UnknownName, match=r"unknown output suffix .*known: .*\.png") as caught:
            resolve_path(tmp_path / name)
        assert ("did you mean '.jpg'" in caught.value.message) == (name == "out.jpgg")


class TestWriting:
    def test_nothing_is_overwritten_unless_asked(self, tmp_path):
        path = tmp_path / "out.png"
        path.write_bytes(b"old")
        with pytest.raises(OutputExists):
            write(path, [ramps()])
        assert write(path, [ramps()], on_exists="skip") is None
        assert path.read_bytes() == b"old"
        assert write(path, [ramps()], on_exists="rename") == tmp_path / "out-2.png"
        assert write(path, [ramps()], on_exists="overwrite") == path
        assert read_picture(path).rgb == read_picture(tmp_path / "out-2.png").rgb == ramps()
        assert everything(tmp_path) == ["out-2.png", "out.png"]

    def test_many_at_once_take_different_names(self, tmp_path):
        program = (
            "import sys; from PIL import Image; from scumble.saving.files import write\n"
            "for _ in range(10): write(sys.argv[1], [Image.new('RGB', (9, 9))], on_exists='rename')"
        )
        runs = [subprocess.Popen([sys.executable, "-c", program, tmp_path / "out.png"]) for _ in range(3)]
        assert [run.wait() for run in runs] == [0, 0, 0]
        assert len(everything(tmp_path)) == 30

    def test_an_old_record_never_stands_beside_a_new_picture(self, tmp_path):
        path = tmp_path / "out.jpg"
        write(path, [ramps()], a_record(seed=1))
        write(path, [ramps()], None, on_exists="overwrite")
        assert visible(tmp_path) == ["out.jpg"]
        write(path, [ramps()], a_record(seed=2), on_exists="overwrite")
        assert read_record(path).seed == 2

    def test_a_note_beside_a_picture_without_a_record_is_left_alone(self, tmp_path):
        write(tmp_path / "out.jpg", [ramps()])
        sidecar(tmp_path / "out.jpg").write_text('{"scumble": "my notes"}')
        with pytest.raises(OutputExists):
            write(tmp_path / "out.jpg", [ramps(1)], None, on_exists="overwrite")
        assert sidecar(tmp_path / "out.jpg").read_text() == '{"scumble": "my notes"}'

    def test_a_link_is_replaced_itself_and_not_where_it_leads(self, tmp_path):
        (tmp_path / "far.png").write_bytes(b"far")
        (tmp_path / "out.png").symlink_to(tmp_path / "far.png")
        write(tmp_path / "out.png", [ramps()], on_exists="overwrite")
        assert (tmp_path / "far.png").read_bytes() == b"far"
        assert not (tmp_path / "out.png").is_symlink()

    def test_who_may_read_a_file_may_read_the_one_in_its_place(self, tmp_path):
        path = write(tmp_path / "out.png", [ramps()])
        path.chmod(0o600)
        assert write(path, [ramps(1)], on_exists="overwrite").stat().st_mode & 0o777 == 0o600

    def test_the_users_mask_decides_who_may_read(self, tmp_path):
        before = os.umask(0o027)
        try:
            assert write(tmp_path / "out.png", [ramps()]).stat().st_mode & 0o777 == 0o640
        finally:
            os.umask(before)

    def test_a_picture_that_the_format_cannot_hold(self, tmp_path):
        with pytest.raises(OutputError, match=r"cannot write 16384 x 1 pixels as \.webp") as caught:
            write(tmp_path / "out.webp", [Image.new("RGB", (16384, 1))])
        assert caught.value.exit_code == 1
        assert everything(tmp_path) == []

    def test_no_frames(self, tmp_path):
        with pytest.raises(UsageError, match="holds 1 frame, 0 were given"):
            write(tmp_path / "out.png", [])

    @pytest.mark.parametrize("name", ["out.png", "out.jpg"])
    def test_a_full_disk_leaves_the_old_file(self, tmp_path, name):
        path = write(tmp_path / name, [ramps()], a_record())
        before = {each: each.read_bytes() for each in tmp_path.iterdir()}
        program = (
            "import sys; from PIL import Image; from scumble.errors import OutputError\n"
            "from scumble.saving.files import write\n"
            "noise = Image.effect_noise((900, 900), 90).convert('RGB')\n"
            "try: write(sys.argv[1], [noise], None, on_exists='overwrite')\n"
            "except OutputError as error: print(error.exit_code, error)"
        )

        def allow_little() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

        run = subprocess.run(
            [sys.executable, "-B", "-c", program, path],
            preexec_fn=allow_little,
            capture_output=True,
            text=True,
        )
        assert run.stdout == f"1 cannot write {str(path)!r}: File too large\n"
        assert {each: each.read_bytes() for each in tmp_path.iterdir()} == before

    def test_killed_at_any_moment(self, tmp_path):
        program = (
            "import sys; from PIL import Image; from scumble.saving.files import write\n"
            "frames = [Image.new('RGB', (300, 200), color) for color in ('red', 'blue')]\n"
            "print('ready', flush=True)\n"
            "from scumble.record import Record\n"
            "record = Record.from_json(sys.argv[2])\n"
            "while True:\n"
            "    for frame in frames: write(sys.argv[1], [frame], record, on_exists='overwrite')"
        )
        path = write(tmp_path / "out.jpg", [Image.new("RGB", (300, 200), "red")], a_record())
        for moment in range(8):
            command = [sys.executable, "-c", program, str(path), a_record().to_json()]
            run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            assert run.stdout.readline() == "ready\n"
            time.sleep(0.003 * moment)
            run.send_signal(signal.SIGKILL)
            run.communicate()
            assert read_picture(path).rgb.size == (300, 200)
            assert set(visible(tmp_path)) <= {"out.jpg", "out.jpg.json"}
            with suppress(RecordError):  # of the picture before
                assert read_record(path).options == a_record().options
