"""A session: what is loaded once serves every picture, and changes none."""

import importlib.metadata
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

import scumble
from scumble.backbones import shelf
from scumble.backbones.contents import Contents, digest
from scumble.backbones.normalization import KERAS
from scumble.backbones.weights import save_weights, weights_path, weights_sha256
from scumble.errors import BadOption, UsageError, WeightsError
from scumble.options import Options
from scumble.runs.run import versions
from scumble.runs.session import Session

TINY: dict[str, Any] = {"size": 48, "steps": 2, "coarsest": 0}
CPU = torch.device("cpu")
pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def pair(tmp_path, content, style):
    """A content and a style as files."""
    content.rgb.save(tmp_path / "photo.png")
    style.rgb.save(tmp_path / "painting.png")
    return str(tmp_path / "photo.png"), str(tmp_path / "painting.png")


@pytest.fixture
def alexnet(monkeypatch, tmp_path):
    """A function that puts random weights of a seed into an own folder of weights."""
    from scumble.backbones.base import backbones

    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path / "cache"))

    def write(seed):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            state = backbones["alexnet"]().state_dict()
        return save_weights(Contents("alexnet", state, KERAS, "random", "none"))

    write(1)
    return write


OTHERS: dict[str, Any] = {
    "backbone": "alexnet",
    "content_layers": "relu2",
    "style_layers": "relu1,relu2",
    **TINY,
}

FRESH = """
import hashlib, sys, torch, scumble
torch.set_num_threads(1)
made = scumble.stylize(*sys.argv[1:], size=48, steps=2, coarsest=0, pooling="max", seed=5)
print(hashlib.sha256(made.image.tobytes()).hexdigest())
"""

SECOND = """
import hashlib, sys, torch, scumble
torch.set_num_threads(1)
opened = []
def hook(event, arguments):
    if event == "open":
        opened.append(str(arguments[0]))
sys.addaudithook(hook)
def paint(session, **options):
    return session.stylize(*sys.argv[1:], size=48, steps=2, coarsest=0, **options)
with scumble.Session() if {session} else __import__("contextlib").nullcontext(scumble) as session:
    paint(session, pooling="max")
    first, opened[:] = list(opened), []
    made = paint(session, pooling="max", seed=5)
ours = ("safetensors", ".py", ".pyc", ".toml", "METADATA")
print(any(name.endswith("safetensors") for name in first), [name for name in opened if name.endswith(ours)])
print(hashlib.sha256(made.image.tobytes()).hexdigest())
"""


def run(program, *arguments):
    """Return what a program prints in a process of its own."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("session", [True, False])
def test_a_second_picture_loads_nothing_and_is_that_of_a_fresh_process(pair, session):
    opened, pixels = run(SECOND.format(session=session), *pair).splitlines()
    assert opened == "True []"
    assert pixels == run(FRESH, *pair).strip()


def told(backbone):
    """Return a digest of all that a backbone holds."""
    return digest({"std": str(backbone.std), "precision": str(backbone.precision)}, backbone.state_dict())


VARIED: list[dict[str, Any]] = [
    {"pooling": "max"},
    {"input": "raw"},
    {"input": "0-255", "strength": 80},
    {"regions": "2", "pooling": "average"},
    {"precision": "float32"},
]


def test_runs_in_threads_change_nothing_of_what_they_share(content, style):
    alone = [scumble.stylize(content, style, **TINY | options).image.tobytes() for options in VARIED]
    sessions = {one: Session(precision=one) for one in ("auto", "float32")}

    def paint(options):
        session = sessions[options.get("precision", "auto")]
        return session.stylize(content, style, **TINY | options).image.tobytes()

    assert [paint(options) for options in VARIED] == alone
    made = [one for session in sessions.values() for one in session._shelf._made.values()]
    before = [told(backbone) for backbone in made]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(paint, VARIED * 2)) == alone * 2
    assert [told(backbone) for backbone in made] == before
    assert [one for session in sessions.values() for one in session._shelf._made.values()] == made


def test_a_session_s_settings_are_those_of_its_pictures(content, style):
    with Session(precision="bfloat16", threads=2) as session:
        record = session.stylize(content, style, **TINY).record
        assert (record.precision, record.threads, record.options["threads"]) == ("bfloat16", 2, 2)
        session.prepare(content, style, threads=2, preset="draft")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"backbone": "vgg19"}, "backbone 'vgg19' was asked for; the session's is 'compact'"),
        ({"precision": "auto"}, "precision 'auto' was asked for; the session's is 'float32'"),
        ({"threads": 3}, "threads 3 was asked for; the session's is 1"),
        ({"device": "cuda"}, "device 'cuda' was asked for; the session's is 'cpu'"),
        (
            {"preset": "gatys"},
            "backbone 'vgg19' was asked for by the preset 'gatys'; the session's is 'compact'",
        ),
    ],
)
def test_what_a_session_is_not_made_for_is_refused(content, style, asked, message):
    session = Session(device="cpu", precision="float32", threads=1)
    for given in ({"options": None} | asked, {"options": Options(**asked)}):
        options = given.pop("options")
        with pytest.raises(UsageError, match=message) as info:
            session.prepare(content, style, options, **given)
        assert "Session(" in info.value.hint


def test_a_session_is_refused_what_no_picture_could_have():
    with pytest.raises(BadOption, match="threads is -1"):
        Session(threads=-1)
    with pytest.raises(BadOption, match="device is 'gpu'"):
        Session(device="gpu")


def test_a_session_needs_its_weights_from_the_beginning(tmp_path, monkeypatch):
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path))
    with pytest.raises(WeightsError, match="backbone 'vgg19' has no weights here"):
        Session("vgg19")


def test_a_closed_session_paints_no_more_and_holds_nothing(content, style):
    with Session() as session:
        session.stylize(content, style, **TINY)
        prepared, begun = (
            session.prepare(content, style, **TINY),
            session.stylize_steps(content, style, **TINY),
        )
        next(begun)
    assert not session._shelf._made
    assert not session._shelf._loaded
    for paint in (
        lambda: session.stylize(content, style),
        lambda: session.prepare(content, style),
        lambda: list(prepared),
        session.__enter__,
    ):
        with pytest.raises(UsageError, match="the session is closed"):
            paint()
    assert next(begun).count == 2
    session.close()


@pytest.mark.usefixtures("alexnet")
def test_without_a_session_what_the_last_picture_needed_is_held(content, style):
    for options in (TINY, TINY | {"pooling": "max"}, OTHERS, TINY | {"pooling": "max"}):
        scumble.stylize(content, style, **options)
        assert list(shelf.LAST._loaded) == [options.get("backbone", "compact")]
        assert {reading[1] for reading, _ in shelf.LAST._made} == {options.get("pooling", "own")}
    assert len(shelf.LAST._made) <= 2  # in float32, for the regions, and in the precision of the run


def test_weights_that_were_replaced_are_loaded_anew(content, style, alexnet):
    with Session("alexnet") as session:
        first = session.stylize(content, style, **OTHERS)
        alexnet(2)
        second = session.stylize(content, style, **OTHERS)
    assert second.record.weights_sha256 == weights_sha256("alexnet") != first.record.weights_sha256
    assert not np.array_equal(np.asarray(first.image), np.asarray(second.image))


def test_a_record_tells_the_weights_that_were_loaded_and_not_those_there_are_now(content, style, alexnet):
    before = weights_sha256("alexnet")
    run = scumble.prepare(content, style, **OTHERS)
    for step in run:
        if step.count == 1:
            alexnet(2)
    assert run.result().record.weights_sha256 == before != weights_sha256("alexnet")
    weights_path("alexnet").unlink()
    assert run.result().record.weights_sha256 == before


def test_a_record_tells_the_threads_that_were_painted_with(content, style):
    threads = torch.get_num_threads()
    run = scumble.prepare(content, style, **TINY)
    list(run)
    torch.set_num_threads(threads + 1)
    try:
        assert run.result().record.threads == threads
    finally:
        torch.set_num_threads(threads)


def test_a_picture_is_not_lost_for_want_of_package_metadata(content, style, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    versions.cache_clear()
    try:
        with monkeypatch.context() as patch:
            patch.setattr("scumble.runs.run.version", missing)
            record = scumble.stylize(content, style, **TINY).record
    finally:
        versions.cache_clear()
    assert (record.scumble, record.versions["torch"]) == (scumble.__version__, "unknown")
    run = scumble.prepare(content, style, **TINY)
    list(run)
    monkeypatch.setattr("scumble.runs.run.version", missing)
    assert run.result().record.versions["torch"] == importlib.metadata.version("torch")


def test_a_shelf_opens_what_was_written_in_place(alexnet):
    """As a copy over the file does, which leaves its name and its number as they are."""
    held = shelf.Shelf()
    options = Options(**OTHERS)
    first = held.take(options, CPU)
    path = weights_path("alexnet")
    kept = path.read_bytes()
    alexnet(2)
    other = path.read_bytes()
    path.write_bytes(kept)
    os.utime(path)
    path.write_bytes(other)
    assert held.take(options, CPU).weights_sha256 == weights_sha256("alexnet") != first.weights_sha256
