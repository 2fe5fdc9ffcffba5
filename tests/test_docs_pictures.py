"""Pictures of the site: made when their script is newer, all or none."""

import os

import pytest

from make_pictures import is_stale, make

SCRIPT = """
def make(folder):
    (folder / "sky-1.png").write_text("one")
    (folder / "sky-2.png").write_text("two")
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "sky.py"
    path.write_text(SCRIPT)
    return path


def test_a_topic_is_made_once(script, tmp_path):
    folder = tmp_path / "made" / "here"
    assert is_stale(script, folder)
    assert [path.name for path in make(script, folder)] == ["sky-1.png", "sky-2.png"]
    assert not is_stale(script, folder)


def test_a_newer_script_makes_it_again_without_what_it_no_longer_makes(script, tmp_path):
    make(script, tmp_path)
    (tmp_path / "sky-3.png").write_text("of an older script")
    later = script.stat().st_mtime + 10
    os.utime(script, (later, later))
    assert is_stale(script, tmp_path)
    assert [path.name for path in make(script, tmp_path)] == ["sky-1.png", "sky-2.png"]


def test_a_script_that_fails_leaves_the_old_pictures(script, tmp_path):
    make(script, tmp_path)
    script.write_text(SCRIPT + "    raise RuntimeError('no paint')\n")
    with pytest.raises(RuntimeError, match="no paint"):
        make(script, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sky-1.png", "sky-2.png", "sky.py"]


def test_a_script_must_make_pictures_of_its_name(tmp_path):
    script = tmp_path / "sea.py"
    script.write_text(SCRIPT)
    with pytest.raises(FileNotFoundError, match=r"sea\*\.png"):
        make(script, tmp_path)
