"""A checkpoint may come from anybody: what is wrong with one is said in a line, and nothing else happens."""

import json
from contextlib import suppress
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file

from scumble.backbones.contents import digest
from scumble.errors import CheckpointError, ScumbleError, UsageError
from scumble.runs.checkpoint import Checkpoint, read_checkpoint
from scumble.runs.prepare import prepare
from scumble.runs.resume import prepare_resumed

SMALL: dict[str, Any] = {
    "size": 64,
    "coarsest": 32,
    "steps": (4, 2),
    "threads": 1,
    "device": "cpu",
    "regions": "off",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, content, style):
    """Both pictures, and a checkpoint of each optimizer after its third step."""
    folder = tmp_path_factory.mktemp("checkpoints")
    content.rgb.save(folder / "photo.png")
    style.rgb.save(folder / "paint.png")
    for optimizer in ("lbfgs", "adam", "gradient-descent"):
        run = prepare(folder / "photo.png", folder / "paint.png", **SMALL, optimizer=optimizer)
        run.checkpoint = Checkpoint(folder / optimizer)
        for step in run:
            if step.count == 3:
                break
    return folder


@pytest.fixture
def whole(folder):
    """The bytes of a checkpoint."""
    return (folder / "lbfgs").read_bytes()


@pytest.fixture
def resumed(folder, monkeypatch, tmp_path):
    """Go on from bytes."""
    monkeypatch.chdir(folder)

    def resume(data):
        path = tmp_path / "run.checkpoint"
        path.write_bytes(data)
        return prepare_resumed(path)

    return resume


@pytest.fixture
def altered(folder, resumed, tmp_path):
    """Go on from a checkpoint with other tensors and other words, with a right digest."""

    def resume(change, optimizer="lbfgs"):
        with safe_open(folder / optimizer, "pt") as file:
            tensors, told = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118
        record, position = json.loads(told["record"]), json.loads(told["position"])
        change(tensors, record, position)
        told |= {"record": json.dumps(record), "position": json.dumps(position)}
        told["digest"] = digest(told, tensors)
        save_file(tensors, tmp_path / "altered", told)
        return resumed((tmp_path / "altered").read_bytes())

    return resume


def test_a_checkpoint_has_the_permissions_of_any_new_file(folder):
    (folder / "new").touch()
    assert (folder / "lbfgs").stat().st_mode == (folder / "new").stat().st_mode


def test_the_checkpoint_as_it_is(resumed, whole, altered):
    assert resumed(whole).last.count == 3
    assert altered(lambda *_: None).last.count == 3


def test_no_absolute_path_is_in_it(whole, folder):
    assert str(folder).encode() not in whole
    assert b"photo.png" in whole


@pytest.mark.parametrize("length", [0, 1, 8, 9, 100, 2000, 5000, -100, -1])
def test_truncated_files(resumed, whole, length):
    with pytest.raises(CheckpointError, match=r"is (no|a damaged) checkpoint"):
        resumed(whole[:length])


def test_a_file_that_goes_on_beyond_its_end(resumed, whole):
    with pytest.raises(CheckpointError, match="is a damaged checkpoint"):
        resumed(whole + b"more")


@given(st.data())
def test_flipped_bits_are_noticed_wherever_they_are(folder, tmp_path_factory, data):
    """In the header mostly, and in what follows."""
    whole = bytearray((folder / "adam").read_bytes())
    header = 8 + int.from_bytes(whole[:8], "little")
    at = data.draw(st.integers(0, header - 1) | st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "flipped"
    path.write_bytes(whole)
    with suppress(ScumbleError):  # and nothing else
        assert prepare_resumed(path, [folder]).last.count == 3
        assert at < header  # a space, or a letter of a name
        raise CheckpointError("")
    path.unlink()


@pytest.mark.parametrize("length", [5_000_000, 2**40, 2**64 - 1])
def test_a_header_that_claims_too_much(resumed, whole, length):
    with pytest.raises(CheckpointError, match=f"claims {length:,} bytes; 4,194,304 are allowed"):
        resumed(length.to_bytes(8, "little") + whole[8:])


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"\x89PNG\r\n\x1a\n", b"\x02\0\0\0\0\0\0\0{}", b"\x80\x04" * 50]
)
def test_files_of_other_kinds(resumed, data):
    with pytest.raises(CheckpointError, match="is no checkpoint of Scumble's"):
        resumed(data)


def test_paths_that_are_no_files(tmp_path):
    for path in (tmp_path, tmp_path / "gone", "\0"):
        with pytest.raises(ScumbleError) as error:
            read_checkpoint(path)
        assert "\n" not in error.value.message


def put(name, value):
    """Change a tensor."""

    def change(tensors, *_):
        tensors[name] = value(tensors[name]) if name in tensors else value(tensors["image"])

    return change


TENSORS = [
    (put("image", lambda it: it[..., :-1].contiguous()), r"image is \(1, 3, 24, 31\)"),
    (put("image", lambda it: it.transpose(2, 3).contiguous()), r"image is \(1, 3, 32, 24\)"),
    (put("image", lambda it: torch.cat([it, it])), "does not hold pictures of 32 x 24"),
    (put("image", torch.Tensor.double), "image is .* of torch.float64"),
    (put("image", lambda it: it * float("nan")), "image holds numbers that are not finite"),
    (put("best", lambda it: it / 0), "best holds numbers that are not finite"),
    (put("optimizer.gradient", lambda it: it * float("inf")), "gradient holds numbers that are not finite"),
    (put("optimizer.gradient", lambda it: it[0].clone()), r"optimizer.gradient is \(3, 24, 32\)"),
    (put("optimizer.move.0", torch.zeros_like), "not lbfgs as it can be: of 3 pairs it would remember 2"),
    (put("optimizer.change.0", lambda it: 1e38 * it), "of 3 pairs it would remember 2"),
    (put("optimizer.move.7", torch.clone), "not lbfgs as it can be: it holds"),
    (put("optimizer.other", torch.clone), "not lbfgs as it can be: it holds"),
    (put("optimizer.total", lambda it: it.long()), "optimizer.total holds numbers that are not finite"),
    (lambda tensors, *_: tensors.pop("image"), "holds no image"),
    (lambda tensors, *_: tensors.clear(), "does not hold pictures"),
    (lambda tensors, *_: tensors.pop("optimizer.total"), "not lbfgs as it can be"),
    (put("more", torch.clone), "holds 'more', which does not belong there"),
    (lambda tensors, *_: tensors.update({f"optimizer.{n}": tensors["image"].clone() for n in range(30)}),
     "does not hold pictures of 32 x 24"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), TENSORS)
def test_the_tensors_of_a_checkpoint_are_tested(altered, change, said):
    with pytest.raises(CheckpointError, match=said) as error:
        altered(change)
    assert "\n" not in error.value.message


@pytest.mark.parametrize(
    ("optimizer", "name", "value"),
    [
        ("adam", "number", 0.0),
        ("adam", "number", 1.5),
        ("adam", "number", -1.0),
        ("adam", "square", -1.0),
        ("gradient-descent", "largest", 0.0),
    ],
)
def test_the_optimizer_s_numbers_are_tested(altered, optimizer, name, value):
    with pytest.raises(CheckpointError, match=f"is not {optimizer} as it can be"):
        altered(put(f"optimizer.{name}", lambda it: torch.full_like(it, value)), optimizer)


def test_a_state_of_another_optimizer_is_refused(altered):
    with pytest.raises(CheckpointError, match=r"is not adam as it can be: it holds change\.0"):
        altered(lambda _tensors, record, position: (
            record["options"].update(optimizer="adam"),
            position.update(fits=[{"history": 0, "tile": 0}] * 2),
        ))  # fmt: skip


POSITIONS = [
    {"scale": 2}, {"scale": -1}, {"scale": 1, "number": 3}, {"number": 0}, {"number": 5}, {"of": 2}, {"of": 5},
    {"count": 4}, {"fits": []}, {"fits": [{"history": 10, "tile": 7}] * 2},
    {"fits": [{"history": 10, "tile": 0}] * 99},
    {"fits": None}, {"more": 1}, {"scale": "0"}, {"number": 1e99}, {"watch": {}},
]  # fmt: skip


@pytest.mark.parametrize("position", POSITIONS, ids=str)
def test_places_where_no_run_stands(altered, position):
    with pytest.raises(CheckpointError):
        altered(
            lambda _, record, there: (there.update(position), record.update(steps=position.get("count", 3)))
        )


WATCHES = [
    {"still": -1},
    {"still": 9},
    {"totals": [0.0] * 99},
    {"best": "low"},
    {"first": []},
    {"rescued": 1},
]


@pytest.mark.parametrize("watch", WATCHES, ids=str)
def test_what_no_guard_remembers(altered, watch):
    with pytest.raises(CheckpointError):
        altered(lambda _tensors, _record, there: there["watch"].update(watch))


RECORDS = [
    ({"costs": {}}, "it has no total"),
    ({"costs": {"total": 1.0, "\x1b[31m": 2.0}}, "it has costs of "),
    ({"steps": 2}, "it has 3 steps, its record 2"),
    ({"weights_sha256": "0" * 64}, "are not those that the run began with"),
    ({"backbone": "../x"}, "unknown backbone"),
    ({"options": {"size": 128}}, "is no state of its run|does not hold pictures"),
    ({"options": {"strenght": 128}}, "unknown option"),
    ({"styles": []}, "no style was given"),
    ({"threads": 10**9, "options": {"threads": 0}}, "threads is 1000000000"),
]


@pytest.mark.parametrize(("change", "said"), RECORDS, ids=str)
def test_records_of_other_runs(altered, change, said):
    with pytest.raises(ScumbleError, match=said):
        altered(lambda _tensors, record, _position: record.update(change))


def test_a_checkpoint_without_its_words(resumed, tmp_path):
    for told in ({}, {"kind": "scumble checkpoint 1"}, {"kind": "scumble checkpoint 2"}):
        save_file({"image": torch.zeros(1)}, tmp_path / "bare", told)
        with pytest.raises(CheckpointError, match=r"is (no|a damaged) checkpoint"):
            resumed((tmp_path / "bare").read_bytes())


def test_a_name_that_no_file_may_have_is_refused_before_the_work(tmp_path):
    Checkpoint(tmp_path / ("a" * 255))
    with pytest.raises(UsageError, match="File name too long"):
        Checkpoint(tmp_path / ("a" * 256))
