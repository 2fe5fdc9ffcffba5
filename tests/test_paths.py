"""From given text to a path: homes, addresses of files, and what is no path."""

import os
from pathlib import Path

import pytest

from scumble.errors import UsageError
from scumble.image.files import read_picture
from scumble.paths import as_path

from .pictures import encoded, scene


def refusal(given):
    with pytest.raises(UsageError) as caught:
        as_path(given)
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("given", ["~/cat.png", Path("~/cat.png"), Path("~") / "cat.png"], ids=repr)
def test_a_tilde_is_the_home_folder(monkeypatch, tmp_path, given):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert as_path(given) == tmp_path / "cat.png"


@pytest.mark.parametrize("given", ["a~b.png", "photos/~/cat.png", "~nobody-of-that-name/cat.png"])
def test_what_is_no_home_stays(given):
    assert as_path(given) == Path(given)


def test_a_folder_that_is_called_so_can_be_named():
    path = as_path("./~/cat.png")
    assert path == Path.cwd() / "~" / "cat.png"
    assert as_path(path) == path


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("file:///home/ada/my%20cat.png", "/home/ada/my cat.png"),
        ("file://localhost/cat%23%3F.png", "/cat#?.png"),
        ("FILE:///cat.png", "/cat.png"),
        ("file:/cat.png", "/cat.png"),
        (Path("file:///caf%C3%A9.png"), "/caf\u00e9.png"),
        ("file:///~/cat.png", "/~/cat.png"),
        ("file.png", "file.png"),
        ("file:cat.png", "file:cat.png"),
    ],
)
def test_addresses_of_files_are_read(given, path):
    assert as_path(given) == Path(path)


def test_bytes_that_are_no_text_name_the_same_file():
    assert os.fsencode(as_path(os.fsdecode(b"/a/\xff.png"))) == b"/a/\xff.png"
    assert os.fsencode(as_path("file:///a/%FF.png")) == b"/a/\xff.png"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "an empty name was given"),
        ("a\0b.png", "'a\\x00b.png' is no path: it holds a zero character"),
        ("file:///a%00.png", "it holds a zero character"),
        ("a\ud800.png", "it holds what no name of a file may"),
        (
            "file://nas/cat.png",
            "'file://nas/cat.png' is a file of the computer 'nas'; only files of this one",
        ),
    ],
)
def test_what_is_no_path(given, message):
    assert message in refusal(given)


def test_pictures_are_read_from_homes_and_addresses(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "my cat.png").write_bytes(encoded(scene(), "PNG"))
    for given in ("~/my cat.png", (tmp_path / "my cat.png").as_uri()):
        picture = read_picture(given)
        assert (picture.rgb, picture.name) == (scene(), "my cat.png")
