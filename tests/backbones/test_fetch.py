"""Fetching: the right file or none; one download for many processes; no code ever runs."""

import io
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from scumble.backbones.fetch import fetch
from scumble.backbones.formats_safetensors import read_own
from scumble.backbones.normalization import TORCHVISION
from scumble.backbones.published import PUBLISHED
from scumble.backbones.weights import load_backbone, save_weights, verify
from scumble.disk.hidden import remove_left
from scumble.errors import UnknownName, UsageError, WeightsError


def test_what_is_fetched_is_kept_as_convolutions(publish, folder, data):
    published, heard = publish("ok"), []
    path = fetch("alexnet", on_progress=lambda done, size: heard.append((done, size)))
    assert path == folder / "alexnet.safetensors"
    assert {entry.name for entry in folder.iterdir()} <= {"alexnet.safetensors", ".alexnet.lock"}
    assert path.stat().st_size < 9_900_000
    assert heard[-1] == (len(data), len(data))
    assert heard == sorted(heard)
    found = verify("alexnet")
    assert found.source == f"torchvision alexnet.pth, SHA-256 {published.sha256}"
    assert found.license == published.license
    assert found.normalization == TORCHVISION
    assert torch.equal(
        load_backbone("alexnet").state_dict()["features.10.weight"],
        torch.load(io.BytesIO(data), weights_only=True)["features.10.weight"],
    )


def test_the_first_digits_of_the_digest_suffice(publish, monkeypatch):
    published = publish("ok")
    monkeypatch.setitem(PUBLISHED, "alexnet", replace(published, sha256=published.sha256[:8]))
    assert fetch("alexnet").is_file()


def test_what_is_here_is_not_fetched_again_unless_damaged_or_forced(publish, server):
    publish("ok")
    path = fetch("alexnet")
    fetch("alexnet")
    assert server.asked.total() == 1
    fetch("alexnet", force=True)
    assert server.asked.total() == 2
    path.write_bytes(path.read_bytes()[:-1])
    fetch("alexnet")
    assert server.asked.total() == 3
    assert verify("alexnet").ok


def test_no_code_runs_even_from_a_file_with_the_right_digest(publish, failure, torch_bytes, bomb):
    publish("ok", torch_bytes({"features.0.weight": bomb}))
    error = failure(WeightsError)
    assert error.message.endswith("holds more than tensors, or is damaged; nothing in it was run")
    assert not bomb.canary.exists()


def test_a_published_file_of_another_network(publish, failure, torch_bytes):
    publish("ok", torch_bytes({"features.0.weight": torch.zeros(64, 3, 3, 3)}))
    message = (
        "the file does not hold 'alexnet': features.0.weight is (64, 3, 3, 3) and should be (64, 3, 11, 11)"
    )
    assert failure(WeightsError).message.endswith(message)


def test_nothing_to_fetch():
    with pytest.raises(UsageError, match="the weights of 'compact' come with Scumble"):
        fetch("compact")
    with pytest.raises(UnknownName, match="unknown backbone 'vgg91'"):
        fetch("vgg91")


def test_a_folder_that_cannot_be_made(publish, tmp_path, monkeypatch):
    publish("ok")
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="file/weights takes no weights: ") as caught:
        fetch("alexnet")
    assert caught.value.hint.endswith("or set SCUMBLE_CACHE_DIR to a folder that can be written")


@pytest.fixture
def ordinary_user():
    """Give up the superuser's rights, to whom nothing is read-only."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.mark.usefixtures("ordinary_user")
def test_a_read_only_folder(publish, server):
    publish("ok")
    with pytest.raises(WeightsError, match="takes no weights: Permission denied") as caught:
        fetch("alexnet")
    assert caught.value.exit_code == 4
    assert server.asked.total() == 0


def test_what_a_killed_fetch_left_is_removed(publish, folder):
    publish("ok")
    folder.mkdir(parents=True)
    program = "import os, sys; from pathlib import Path; from scumble.disk.hidden import Hidden\n" \
              "Hidden(Path(sys.argv[1])).write(b'half'); os._exit(9)"  # fmt: skip
    subprocess.run([sys.executable, "-c", program, folder], check=False)
    (folder / ".scumble-notes.tmp").write_bytes(b"mine")
    assert len(list(folder.glob(".scumble-*"))) == 2
    remove_left.cache_clear()
    fetch("alexnet")
    assert [path.name for path in folder.glob(".scumble-*")] == [".scumble-notes.tmp"]


EIGHT = """
import os, sys
from scumble.backbones.fetch import fetch
from scumble.backbones.formats_safetensors import read_own
from scumble.backbones.published import PUBLISHED, PublishedFile
PUBLISHED["alexnet"] = PublishedFile(sys.argv[1], sys.argv[2], int(sys.argv[3]), 9_878_784)
def child():
    try:
        fetch("alexnet")
        os._exit(0)
    finally:
        os._exit(1)
children = [os.fork() or child() for _ in range(8)]
sys.exit(sum(os.waitpid(pid, 0)[1] != 0 for pid in children))
"""


def test_eight_processes_at_once_cause_one_download(publish, server):
    published = publish("slow")
    arguments = [published.url, published.sha256, str(published.size)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", EIGHT, *arguments], check=True, env=environment, timeout=900)
    assert server.asked.total() == 1
    assert verify("alexnet").ok


def test_an_imported_file_counts_as_here(publish, server, folder):
    publish("ok")
    fetch("alexnet")
    save_weights(replace(read_own(folder / "alexnet.safetensors"), source="imported"))
    assert fetch("alexnet").is_file()
    assert verify("alexnet").source == "imported"
    assert server.asked.total() == 1
