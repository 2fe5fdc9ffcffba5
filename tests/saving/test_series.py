"""A folder of files belongs to one run at a time."""

from pathlib import Path

import pytest

from scumble.errors import OutputError, OutputExists, UsageError
from scumble.saving.series import Series


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)


def series(on_exists="error"):
    return Series(Path("steps"), "snapshots", on_exists, bool)


def test_two_runs_at_once_do_not_mix():
    for on_exists in ("error", "rename", "overwrite", "skip"):
        with pytest.MonkeyPatch.context():
            one, other = series(on_exists), series(on_exists)  # both see that nothing is there
            first, second = one.open(), other.open()
            assert {first, second} == {Path("steps"), Path("steps-2")}
            assert one.open() == first
            one.close()
            other.close()
            for folder in (first, second):
                folder.rmdir()


def test_a_folder_that_was_filled_meanwhile_is_left_alone():
    mine = series()
    Path("steps").mkdir()
    Path("steps/thesis").touch()
    assert mine.open() == Path("steps-2")
    assert [path.name for path in Path("steps").iterdir()] == ["thesis"]


def test_a_folder_that_was_removed_meanwhile_is_made_again():
    mine = series()
    mine.open().rmdir()
    assert mine.open() == Path("steps")
    assert Path("steps").is_dir()
    mine.open().rmdir()
    Path("steps").touch()
    with pytest.raises(OutputError, match="cannot make the folder 'steps'"):
        mine.open()


def test_what_is_no_folder_is_refused_at_once():
    Path("steps").touch()
    with pytest.raises(UsageError, match="is a file"):
        series()
    Path("steps").unlink()
    Path("steps").mkdir()
    Path("steps/mine").touch()
    with pytest.raises(OutputExists, match="is not empty"):
        series()


def test_another_folder_in_its_place_is_somebody_else_s():
    mine = series()
    mine.open().rename("moved")
    Path("steps").mkdir()
    assert mine.open() == Path("steps-2")
    assert list(Path("steps").iterdir()) == []
