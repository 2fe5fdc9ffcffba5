"""Which pictures files, folders and patterns mean, and what is left out."""

import os
from pathlib import Path

import pytest

from scumble.batching.sources import Found, Left, find, folder_kept
from scumble.errors import ImageError, UsageError


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder with pictures, other files, folders and links of all kinds."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "b10.jpg", "B9.JPG", "a\n'\".png", "-o.webp", "Thumbs.db",
        "desktop.ini", ".DS_Store", ".hidden.jpg", "list.txt",
        "day 1/x.png", "day 1/night/y.heic", "x.png.d/z.tiff", "out/done.png", "cafe\u0301 🎨.gif", "~z.bmp",
    ):  # fmt: skip
        Path("photos", name).parent.mkdir(parents=True, exist_ok=True)
        Path("photos", name).write_bytes(b"")
    Path("photos", "named.png").mkdir()
    Path("photos/day 1/loop").symlink_to("..")
    Path("photos/one.jpg").symlink_to("other.jpg")
    Path("photos/other.jpg").symlink_to("one.jpg")
    Path("photos/gone.jpg").symlink_to("nowhere.jpg")
    Path("photos/elsewhere").symlink_to(tmp_path / "more")
    Path("more").mkdir()
    Path("more/m.avif").write_bytes(b"")
    os.mkfifo("photos/pipe.png")
    return Path("photos")


def paths(found):
    return [one.path.removeprefix("photos/") for one in found if isinstance(one, Found)]


@pytest.mark.usefixtures("photos")
def test_a_folder_means_its_pictures_in_natural_order():
    found = list(find(["photos"]))
    assert paths(found) == ["-o.webp", "a\n'\".png", "B9.JPG", "b10.jpg", "cafe\u0301 🎨.gif", "~z.bmp"]
    left = {one.path.removeprefix("photos/"): one.why for one in found if isinstance(one, Left)}
    assert left["named.png"] == "is a folder; --recursive enters it"
    assert left["Thumbs.db"] == left["desktop.ini"] == left["list.txt"] == "is not called like a picture"
    assert left["pipe.png"] == "is no file"
    assert left["gone.jpg"].startswith("leads nowhere: ")
    assert left["one.jpg"].startswith("leads nowhere: ")
    assert not [name for name in left if name.startswith(".")]


@pytest.mark.usefixtures("photos")
def test_folders_within_are_entered_once_and_kept():
    found = list(find(["photos"], recursive=True, spared="photos/out"))
    below = {one.path.removeprefix("photos/"): one.folder for one in found if isinstance(one, Found)}
    assert {path: folder for path, folder in below.items() if folder} == {
        "day 1/x.png": "day 1", "day 1/night/y.heic": "day 1/night", "x.png.d/z.tiff": "x.png.d",
        "elsewhere/m.avif": "elsewhere",
    }  # fmt: skip
    assert Left("photos/out", "holds the results") in found
    assert not any("loop" in path for path in below)


@pytest.mark.usefixtures("photos")
def test_a_pattern_means_what_it_matches():
    assert paths(find(["photos/*.[jJ][pP][gG]"])) == ["B9.JPG", "b10.jpg"]
    (found,) = find(["photos/**/x.png"])
    assert found == Found("photos/day 1/x.png", "day 1")
    with pytest.raises(ImageError, match=r"no file matches 'photos/\*\.jp2'"):
        list(find(["photos/*.jp2"]))


@pytest.mark.usefixtures("photos")
def test_a_file_that_is_named_is_taken_whatever_it_is_called():
    assert list(find(["photos/list.txt", "photos/.hidden.jpg"])) == [
        Found("photos/list.txt"), Found("photos/.hidden.jpg")
    ]  # fmt: skip
    Path("a[1].jpg").write_bytes(b"")
    assert list(find(["a[1].jpg"])) == [Found("a[1].jpg")]


@pytest.mark.usefixtures("photos")
def test_a_file_that_is_not_there_is_told_at_once():
    with pytest.raises(ImageError, match=r"there is no file 'photos/b11\.jpg'") as caught:
        list(find(["photos/b11.jpg"]))
    assert caught.value.hint == "did you mean 'photos/b10.jpg'?"


@pytest.mark.usefixtures("photos")
def test_the_folder_of_the_results_is_none_of_pictures():
    Path("same").symlink_to("photos")
    with pytest.raises(UsageError, match="taken the next time"):
        list(find(["photos"], spared="same"))


@pytest.mark.usefixtures("photos")
def test_a_folder_that_may_not_be_read(monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    assert list(find(["photos"])) == [Left("photos", "cannot be read: Permission denied")]


@pytest.mark.parametrize(
    ("name", "folder"), [("a/b/../c/x.png", "a/c"), ("file:///a/x.png", ""), ("x.png", "")]
)
def test_the_folder_that_is_kept(name, folder):
    assert folder_kept(name) == folder
