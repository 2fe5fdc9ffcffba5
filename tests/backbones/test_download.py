"""What a server can do wrong, and a disk."""

import resource
import shutil
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scumble.backbones.download import is_allowed, require_allowed
from scumble.backbones.fetch import fetch, url_of
from scumble.backbones.published import PUBLISHED
from scumble.errors import UsageError, WeightsError


@pytest.mark.parametrize(
    ("kind", "message", "hint"),
    [
        (
            "404",
            "{url}: the server answers 404 Not Found",
            "fetch the file elsewhere, then scumble weights import",
        ),
        (
            "500",
            "{url}: the server answers 500 Internal Server Error",
            "try again later; or fetch the file elsewhere",
        ),
        (
            "cut",
            "{url} was cut short after {half} of {size} bytes: ",
            "run scumble weights fetch alexnet again; or ",
        ),
        (
            "unannounced",
            "{url} was cut short after {half} of {size} bytes: the server stopped",
            "run scumble weights",
        ),
        (
            "long",
            "{url} has more than the {size} bytes of the published file",
            "fetch the file elsewhere, then ",
        ),
        (
            "wrong",
            "{url} is not the published file: its SHA-256 is ",
            "if it stays so, the server or the way to it",
        ),
    ],
)
def test_a_server_that_fails(publish, data, kind, message, hint, failure):
    url = publish(kind).url
    error = failure()
    assert error.message.startswith(message.format(url=url, half=len(data) // 2, size=len(data)))
    assert error.hint.startswith(hint)
    assert "scumble weights import alexnet FILE; or use --backbone compact" in error.hint


def test_a_server_that_stalls(publish, data, failure):
    url = publish("stall").url
    error = failure(stall_seconds=0.3)
    half, size = len(data) // 2, len(data)
    assert error.message == f"{url} was cut short after {half} of {size} bytes: nothing came for 0.3 s"


def test_offline(publish, server, failure):
    publish("ok")
    nobody = f"http://127.0.0.1:{server.server_port}/ok/alexnet.pth"
    server.shutdown()
    server.server_close()
    error = failure(url=nobody)
    assert error.message == "no connection to 127.0.0.1: Connection refused"
    assert error.hint.startswith("are you online? else fetch the file elsewhere")


def test_a_name_that_does_not_resolve(publish, failure):
    publish("ok")
    error = failure(url="https://weights.invalid/alexnet.pth", stall_seconds=5)
    assert error.message.startswith("no connection to weights.invalid: ")


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a.pth", "file:///etc/passwd", "ftp://127.0.0.1/a", "a.pth", "https:///a.pth", ""],
)
def test_only_https(url):
    with pytest.raises(UsageError) as caught:
        url_of(replace(PUBLISHED["vgg19"], url=url))
    assert caught.value.message == f"{url} is not allowed: weights come over https"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/a"])
def test_no_redirect_out_of_the_web(publish, server, place, failure):
    publish("ok")
    url = f"http://127.0.0.1:{server.server_port}/away/{place}"
    message = failure(url=url).message
    assert message.startswith(url)
    assert "not allowed" in message or message == f"{url} leads to {place}, which is not https"


def test_a_mirror(publish, server, monkeypatch):
    published = publish("ok")
    monkeypatch.setitem(PUBLISHED, "alexnet", replace(published, url="https://weights.invalid/alexnet.pth"))
    monkeypatch.setenv("SCUMBLE_WEIGHTS_MIRROR", f"http://127.0.0.1:{server.server_port}/mirror/")
    assert fetch("alexnet").is_file()
    assert server.asked == {"/mirror/alexnet.pth": 1}


def test_a_mirror_may_be_plain_http_but_not_a_file(monkeypatch):
    monkeypatch.setenv("SCUMBLE_WEIGHTS_MIRROR", "http://mirror.example")
    assert url_of(PUBLISHED["vgg19"]) == "http://mirror.example/vgg19-dcbb9e9d.pth"
    monkeypatch.setenv("SCUMBLE_WEIGHTS_MIRROR", "file:///tmp")
    with pytest.raises(UsageError, match="file:///tmp is not allowed"):
        url_of(PUBLISHED["vgg19"])


def test_a_file_with_the_wrong_digest_is_not_opened(publish, server, failure, torch_bytes, bomb):
    publish("ok")
    bad = torch_bytes({"features.0.weight": bomb})
    server.data = bad + bytes(len(server.data) - len(bad))
    assert failure().message.endswith("; it was not opened")
    assert not bomb.canary.exists()


def test_disk_full(publish, folder, failure):
    publish("ok")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, hard))
    try:
        error = failure(WeightsError)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error.message == f"{folder} does not take the 20 MB that are needed for a while: File too large"
    assert error.hint == "make room there, or set SCUMBLE_CACHE_DIR to a folder that has it"


def test_too_little_room_is_noticed_before_the_download(publish, server, monkeypatch, failure):
    publish("ok")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**8, 10**8, 10**7))
    assert failure(WeightsError).message.endswith("needed for a while: 10 MB are free")
    assert server.asked.total() == 0


MIRRORS = ["http://[::1", "http://[", "https://a:99999999", "https://a:b", "https://" + "a" * 300, "https://\u2100.de",
           "https://a b", "https://a\x00b", "//a", "\ud800", "https://", "http://\u0660"]  # fmt: skip


@pytest.mark.parametrize("mirror", MIRRORS)
def test_a_mirror_that_makes_no_sense_is_refused(mirror):
    assert not is_allowed(mirror, plain=True)
    with pytest.raises(UsageError, match="is not allowed: weights come over https"):
        require_allowed(mirror, plain=True)


@given(st.text() | st.text(st.sampled_from("htps:/[]@%#?.0x1 a")).map("http://{}".format))
def test_no_url_raises_anything_undeclared(url):
    with suppress(UsageError):
        require_allowed(url)


def test_a_redirect_to_what_is_no_url(publish, failure):
    publish("away/http://[::1")
    assert "leads to" in failure().message
