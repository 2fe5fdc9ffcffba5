"""Damaged and hostile weights files: every one is refused with a typed error."""

import json
import pickle
from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save, save_file

from scumble.backbones.contents import digest
from scumble.backbones.formats_safetensors import read_own
from scumble.backbones.normalization import TORCHVISION, Normalization
from scumble.backbones.weights import (
    load_backbone,
    save_weights,
    verify,
)
from scumble.errors import WeightsError


def damage(name="alexnet"):
    """The error of a damaged file, from loading; `verify` must say the same."""
    with pytest.raises(WeightsError) as caught:
        load_backbone(name)
    assert caught.value.exit_code == 4
    assert "\n" not in caught.value.message + caught.value.hint
    found = verify(name)
    assert not found.ok
    assert (
        found.problem[:60] == caught.value.message[:60]
    )  # safetensors names any one of several wrong tensors
    return caught.value


def test_any_flipped_bit_is_noticed(alexnet):
    path = save_weights(alexnet)
    data = bytearray(path.read_bytes())
    header = 8 + int.from_bytes(data[:8], "little")
    places = [
        0,
        3,
        7,
        8,
        data.index(b"digest"),
        *range(9, header, header // 25),
        header,
        header + 3,
        len(data) // 2,
        len(data) - 1,
    ]
    for place in places:
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        data[place] ^= 1 << place % 8
        with pytest.raises(WeightsError, match=r"^the weights of 'alexnet' are unusable: ") as caught:
            load_backbone("alexnet")
        assert caught.value.hint == "scumble weights fetch alexnet --force"


def test_truncated(alexnet):
    path = save_weights(alexnet)
    data = path.read_bytes()
    for length in (0, 7, 8, 100, 5000, len(data) - 1):
        path.write_bytes(data[:length])
        assert "the weights of 'alexnet' are unusable: " in damage().message
    path.write_bytes(data + b"x")
    assert "the file is damaged" in damage().message


def test_a_header_that_claims_a_terabyte(folder):
    folder.mkdir(parents=True)
    (folder / "alexnet.safetensors").write_bytes((10**12).to_bytes(8, "little") + b'{"a":' + bytes(100))
    assert damage().message == (
        "the weights of 'alexnet' are unusable: the header claims 1000000000000 bytes; the file has 113"
    )


def handmade(path, header, data=b""):
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


@pytest.mark.parametrize(
    "offsets",
    [[(0, 8), (4, 12)], [(0, 8), (12, 20)], [(0, 8), (8, 10**12)], [(0, 8), (0, 8)], [(8, 0), (0, 8)]],
    ids=["overlap", "gap", "past the end", "twice", "backwards"],
)
def test_tensors_that_do_not_lie_side_by_side(folder, offsets):
    header = {
        f"features.{i}.bias": {"dtype": "F32", "shape": [2], "data_offsets": pair}
        for i, pair in enumerate(offsets)
    }
    handmade(folder / "alexnet.safetensors", header, bytes(max(max(pair) for pair in offsets) % 100))
    assert "are unusable: the file is damaged: " in damage().message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"features.0.bias": torch.full((64,), float("nan"))},
            "features.0.bias holds numbers that are not finite",
        ),
        ({"features.0.bias": torch.zeros(65)}, "features.0.bias is (65,) and should be (64,)"),
        ({"features.0.bias": torch.zeros(64).long()}, "features.0.bias holds torch.int64 and should hold"),
        ({"features.1.bias": torch.zeros(64)}, "features.1.bias does not belong there"),
    ],
)
def test_wrong_tensors_are_neither_saved_nor_loaded(alexnet, folder, change, message):
    bad = replace(alexnet, weights=alexnet.weights | change)
    with pytest.raises(WeightsError) as caught:
        save_weights(bad)
    assert message in caught.value.message
    assert not folder.exists()
    folder.mkdir(parents=True)
    save_file(bad.weights, folder / "alexnet.safetensors", bad.header())
    assert message in damage().message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("backbone", "vgg20", "the file holds 'vgg20'; known are "),
        ("backbone", "vgg16", "the file holds 'alexnet', not 'vgg16'"),
        ("backbone", None, "the header does not say backbone; Scumble did not write the file"),
        ("digest", None, "the header does not say digest; Scumble did not write the file"),
        ("license", None, "the header does not say license; Scumble did not write the file"),
        ("normalization", "{", "the header's normalization is wrong: it: Invalid JSON"),
        ("normalization", '{"std": [0, 1, 1]}', "wrong: std.0: Input should be greater than 0"),
        ("normalization", '{"mean": [NaN, 1, 1]}', "wrong: mean.0: Input should be"),
        ("normalization", '{"channels": "cmyk"}', "wrong: channels: Input should be 'rgb' or 'bgr'"),
        ("normalization", '{"shift": 1}', "wrong: shift: Unexpected keyword argument"),
        ("normalization", "[" * 100_000, "the header's normalization is wrong: "),
        ("source", "someone else", None),
    ],
)
def test_wrong_headers(alexnet, folder, field, value, message):
    header = {key: text for key, text in (alexnet.header() | {field: value}).items() if text is not None}
    folder.mkdir(parents=True)
    save_file(alexnet.weights, folder / "alexnet.safetensors", header)
    damage()
    if field != "digest":
        header["digest"] = digest(header, alexnet.weights)  # now only what is wrong in itself is noticed
    save_file(alexnet.weights, folder / "alexnet.safetensors", header)
    if message:
        assert message in damage().message
    else:
        assert verify("alexnet").source == value


def test_a_file_under_another_networks_name(alexnet, folder):
    save_weights(alexnet).rename(folder / "vgg16.safetensors")
    assert damage("vgg16").message == "the weights of 'vgg16' are unusable: the file holds 'alexnet'"


def test_a_pickle_under_the_name_of_a_weights_file(folder, bomb):
    folder.mkdir(parents=True)
    (folder / "alexnet.safetensors").write_bytes(pickle.dumps(bomb))
    damage()
    torch.save({"features.0.weight": bomb}, folder / "alexnet.safetensors")
    damage()
    assert not bomb.canary.exists()


headers = st.dictionaries(
    st.sampled_from(["backbone", "normalization", "source", "license", "digest"]),
    st.one_of(st.text(), st.sampled_from(["alexnet", "vgg19", TORCHVISION.to_json(), "{}", "null", "[1]"])),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(header=headers, data=st.one_of(st.none(), st.binary(max_size=60)))
def test_no_header_raises_anything_undeclared(tmp_path, header, data):
    whole = save({"features.0.bias": torch.zeros(2)}, header)
    (tmp_path / "file").write_bytes(whole if data is None else whole[: len(data)] + data)
    with pytest.raises(WeightsError):
        read_own(tmp_path / "file")


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(), st.recursive(st.none() | st.floats() | st.text(), st.lists).map(json.dumps)))
def test_no_normalization_raises_anything_undeclared(text):
    with pytest.raises(WeightsError):
        Normalization.from_json(text)
