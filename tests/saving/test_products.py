"""What a command writes is compared with itself and with what it reads, by what files are and not by their names."""

import os
from pathlib import Path

import pytest

from scumble.errors import UsageError
from scumble.saving.products import Product, is_one_of, keep_apart

STEPS = is_one_of(["step-0001.png", "step-0002.png"])


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder: a photograph, links to it, a folder with snapshots, and a link to here."""
    monkeypatch.chdir(tmp_path)
    Path("photo.png").write_bytes(b"photo")
    Path("link.png").symlink_to("photo.png")
    Path("far.png").symlink_to("link.png")
    os.link("photo.png", "hard.png")
    Path("here").symlink_to(".")
    Path("steps").mkdir()
    Path("steps/step-0001.png").write_bytes(b"photo")
    Path("steps/mine.png").write_bytes(b"photo")
    return tmp_path


def file(path, purpose="output"):
    return Product(purpose, Path(path))


def folder(path):
    return Product("snapshots", Path(path), STEPS)


@pytest.mark.parametrize(
    "products",
    [
        [file("out.png"), file("./out.png")],
        [file("out.png"), file("here/out.png")],
        [file("out.png"), file("here/here/steps/../out.png")],
        [file("out.png"), file("OUT.png")],
        [file("e\u0301.png"), file("\u00e9.png")],
        [file("new/out.png"), file("here/new/out.png")],
        [file("out.png"), file("out.png/inside.gif")],
        [file("out.png"), folder("out.png")],
        [folder("ck"), file("ck")],
        [folder("ck"), folder("here/ck")],
        [folder("steps"), file("steps/step-0002.png")],
        [folder("new"), file("here/new/step-0001.png")],
        [folder("here/steps"), file("steps/step-0001.png")],
        [folder("steps"), folder("steps/step-0002.png/deeper")],
    ],
    ids=lambda products: " ".join(str(one.path) for one in products),
)
def test_two_products_in_one_place_are_refused(products):
    for pair in (products, products[::-1]):
        with pytest.raises(UsageError, match=r"are both to be|would be in each other's place"):
            keep_apart(pair)


@pytest.mark.parametrize(
    "products",
    [
        [file("out.png"), file("out.gif"), file("steps/out.png"), file("new/out.png")],
        [folder("steps"), file("steps/out.png"), file("steps/step-0003.png"), folder("steps-2")],
        [folder("new"), file("new.png"), file("newer/step-0001.png")],
    ],
    ids=lambda products: " ".join(str(one.path) for one in products),
)
def test_others_are_not(products):
    keep_apart(products, [Path("photo.png"), Path("gone.png"), Path("steps/mine.png")])


@pytest.mark.parametrize("read", ["photo.png", "link.png", "far.png", "hard.png", "here/photo.png"])
@pytest.mark.parametrize("written", ["photo.png", "here/photo.png", "hard.png"])
def test_what_is_read_is_never_written_under_whatever_names(read, written):
    with pytest.raises(UsageError, match=f"the output '{written}' is a file that is read"):
        keep_apart([file(written)], [Path(read)])


def test_a_link_on_the_way_to_what_is_read_is_never_written():
    for link in ("far.png", "link.png"):
        with pytest.raises(UsageError, match="is a file that is read"):
            keep_apart([file(link)], [Path("far.png")])


@pytest.mark.parametrize("read", ["steps/step-0001.png", "here/steps/step-0001.png"])
def test_a_folder_s_files_never_take_the_place_of_what_is_read(read):
    with pytest.raises(UsageError, match=f"the snapshots in 'steps' may take the place of '{read}'"):
        keep_apart([folder("steps")], [Path(read)])
    with pytest.raises(UsageError, match="may take the place of"):
        keep_apart([folder("here/steps")], [Path(read)])
    keep_apart([folder("steps")], [Path("steps/mine.png")])


@pytest.mark.parametrize("way", ["nodir/../steps", "here/nodir/deep/../../steps", "nodir/../../{here}/steps"])
def test_ways_through_folders_that_are_not_there_lead_to_the_same_place(here, way):
    way = way.format(here=here.name)
    with pytest.raises(UsageError, match="may take the place of"):
        keep_apart([folder(way)], [Path("steps/step-0001.png")])
    with pytest.raises(UsageError, match=r"are both to be|in each other's place"):
        keep_apart([file("steps"), folder(way)])
