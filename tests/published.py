"""A server that answers as it is told, weights with random values, and a pickle that would run something."""

import hashlib
import io
import os
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from scumble.backbones.base import backbones
from scumble.backbones.contents import Contents
from scumble.backbones.fetch import fetch
from scumble.backbones.normalization import KERAS
from scumble.backbones.published import PUBLISHED, PublishedFile
from scumble.errors import DownloadError


class Touch:
    """Unpickling it makes a file, if anything runs."""

    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return os.system, (f"touch {self.canary}",)


@pytest.fixture
def bomb(tmp_path):
    """An object whose pickle, if it is run, makes the file `bomb.canary`."""
    return Touch(tmp_path / "canary")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of weights; it does not exist yet."""
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("SCUMBLE_WEIGHTS_MIRROR", raising=False)
    return tmp_path / "cache" / "weights"


@pytest.fixture(scope="session")
def alexnet():
    """Contents with random weights; not to be changed."""
    torch.manual_seed(0)
    state = backbones["alexnet"]().state_dict()
    return Contents("alexnet", state, KERAS, "made by a test", "CC0")


def packed(state):
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


@pytest.fixture
def torch_bytes():
    """Pack a state dict as torch does."""
    return packed


@pytest.fixture(scope="session")
def data():
    """A file as torchvision publishes it."""
    torch.manual_seed(0)
    return packed(backbones["alexnet"]().state_dict() | {"classifier.1.bias": torch.zeros(8)})


class Server(ThreadingHTTPServer):
    """Serves `data` at each path in its own way, and counts what is asked for."""

    data = b""
    asked: Counter[str]
    stop: threading.Event

    def handle_error(self, *_):
        """Say nothing when a client goes away."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked[self.path] += 1
        kind, data = self.path.split("/")[1], self.server.data
        if kind.isdigit():
            self.send_error(int(kind))
        elif kind == "away":
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/away/"))
            self.end_headers()
        else:
            self.send_response(200)
            if kind != "unannounced":
                self.send_header("Content-Length", str(len(data) + (kind == "long")))
            self.end_headers()
            self.send(kind, data)

    def send(self, kind, data):
        half = len(data) // 2
        if kind == "slow":
            time.sleep(0.5)
        if kind == "wrong":
            data = data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :]
        self.wfile.write(data[:half])
        if kind == "stall":
            self.server.stop.wait(20)
        elif kind not in ("cut", "unannounced"):
            self.wfile.write(data[half:] + b"x" * (kind == "long"))


@pytest.fixture
def server(data):
    server = Server(("127.0.0.1", 0), Handler)
    server.data, server.asked, server.stop = data, Counter(), threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def publish(monkeypatch, server):
    """Let the published file of AlexNet be one of the server's."""

    def to(kind, data=server.data):
        server.data = data
        url = f"http://127.0.0.1:{server.server_port}/{kind}/alexnet.pth"
        published = PublishedFile(url, hashlib.sha256(data).hexdigest(), len(data), 9_878_784)
        monkeypatch.setitem(PUBLISHED, "alexnet", published)
        return published

    return to


@pytest.fixture
def failure(folder):
    """Fetch in vain and return the error; nothing may be left but the lock."""

    def fail(error=DownloadError, **how):
        with pytest.raises(error) as caught:
            fetch("alexnet", **how)
        assert caught.value.exit_code == 4
        assert "\n" not in caught.value.message + caught.value.hint
        assert not folder.exists() or [path.name for path in folder.iterdir() if path.suffix != ".lock"] == []
        return caught.value

    return fail
