"""Files are visible whole or not at all; what a killed process left is told from all that is somebody's."""

import errno
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from scumble.disk import system
from scumble.disk.hidden import Hidden, remove_left, write_whole

LEAVES = """
import os, sys
from pathlib import Path
from scumble.disk.hidden import Hidden
hidden = Hidden(Path(sys.argv[1]))
hidden.write(b"half")
print(hidden.path, flush=True)
sys.stdin.readline()
os._exit(9)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def refusing(monkeypatch, call, number, only=bool):
    """Let a call fail."""
    before = getattr(system, call)

    def refuse(*arguments, **options):
        if only(arguments[0]):
            raise OSError(number, os.strerror(number))
        return before(*arguments, **options)

    monkeypatch.setattr(system, call, refuse)


def test_a_file_that_is_left_goes_once_its_writer_is_dead(tmp_path):
    (tmp_path / ".scumble-notes.tmp").touch()
    (tmp_path / ".scumble-0123456789abcdef.tmp").touch()
    (tmp_path / ".scumble-1f-0123456789abcdef.tmp").touch()  # as ours are called, but of another inode
    (tmp_path / ".scumble-2f-0123456789abcdef.tmp").mkdir()
    mine = names(tmp_path)
    program = [sys.executable, "-c", LEAVES, tmp_path]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        path = writer.stdout.readline().strip()
        remove_left.cache_clear()
        write_whole(tmp_path / "a", [b"a"], replace=False)
        assert Path(path).exists()  # it is being written
        writer.communicate("\n")
    remove_left.cache_clear()
    write_whole(tmp_path / "b", [b"b"], replace=False)
    assert names(tmp_path) == sorted([*mine, "a", "b"])


@pytest.mark.parametrize(
    "number", [errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EINVAL]
)
def test_a_file_system_without_links(tmp_path, monkeypatch, number):
    refusing(monkeypatch, "link", number)
    write_whole(tmp_path / "a", [b"new"], replace=False)
    assert (tmp_path / "a").read_bytes() == b"new"
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", [b"newer"], replace=False)
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EROFS])
def test_a_file_system_that_cannot_sync(tmp_path, monkeypatch, number):
    refusing(monkeypatch, "fsync", number)
    write_whole(tmp_path / "a", [b"new"], replace=True)
    assert (tmp_path / "a").read_bytes() == b"new"


def test_bytes_that_do_not_reach_the_disk_are_no_file(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")
    refusing(monkeypatch, "fsync", errno.EIO)
    with pytest.raises(OSError, match="Input/output error"):
        write_whole(tmp_path / "a", [b"new"], replace=True)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_folder_that_may_be_written_and_not_read(tmp_path, monkeypatch):
    refusing(monkeypatch, "open", errno.EACCES, only=lambda path: path == tmp_path)
    refusing(monkeypatch, "scan", errno.EACCES)
    write_whole(tmp_path / "a", [b"new"], replace=False)
    assert names(tmp_path) == ["a"]


def test_calls_that_write_less_than_they_are_given(tmp_path, monkeypatch):
    monkeypatch.setattr(system, "write", lambda descriptor, data: os.write(descriptor, data[:3]))
    write_whole(tmp_path / "a", [b"0123456789", memoryview(bytes(range(9)))], replace=False)
    assert (tmp_path / "a").read_bytes() == b"0123456789" + bytes(range(9))


def test_an_error_on_the_way_leaves_nothing(tmp_path):
    with suppress(ZeroDivisionError), Hidden(tmp_path) as hidden:
        hidden.write(b"half")
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_what_was_written_can_be_read_and_taken_back_even_if_the_folder_is_gone(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with Hidden(folder) as hidden:
        assert Path(hidden.name).parent == folder
        hidden.write(b"whole and more")
        shutil.rmtree(folder)
        assert hidden.seek(5) == hidden.truncate() == 5
        hidden.write(b".")
        assert (b"".join(hidden.parts()), hidden.seek(0, 1)) == (b"whole.", 6)
