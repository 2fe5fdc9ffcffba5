"""The speed benchmark: that it runs and counts right. Times themselves are not tested."""

import json
import sys

import pytest
import torch
from benchmarks.speed.classic import features, network, seconds_of_a_step
from benchmarks.speed.evaluations import measured
from benchmarks.speed.plain import Plain
from benchmarks.speed.processes import painted, whole
from benchmarks.speed.report import lines, write
from benchmarks.speed.roofline import convolutions

from scumble.backbones.base import backbones
from scumble.backbones.variants import computing
from scumble.backbones.weights import load_backbone
from scumble.objective.references import Pictures
from scumble.objective.whole import make_objective
from scumble.options import Options

FOUND = {
    "machine": {
        "processor": "A", "cores": 2, "threads": 2, "device": "cpu", "precision": "float32",
        "versions": {"torch": "2"},
    },
    "pictures": [
        {"name": "512", "width": 512, "height": 384, "megapixels": 0.2, "seconds": 10.0, "gigabytes": 0.6}
    ],
    "evaluations": {"compact": {"fast": 0.1, "plain": 0.2, "float32": 0.3, "alike": 1.0, "cosine": 1.0,
                                "precision": "float32"}},
    "classic": {"step": 2.5, "timed": 3},
    "roofline": {
        "operations": 1e10, "bytes": 1e9, "operations_per_second": 1e11, "bytes_per_second": 1e10,
        "seconds": 0.2,
    },
}  # fmt: skip


def test_the_classic_loop_is_vgg_19_up_to_relu5_1():
    layers = network()
    assert [name for name in layers if name.startswith("conv")][-1] == "conv5_1"
    found = features(layers, torch.rand(1, 3, 32, 48))
    assert found["relu4_2"].shape == (1, 512, 4, 6)
    assert found["relu5_1"].shape == (1, 512, 2, 3)
    assert seconds_of_a_step(32, 32, 1) > 0


def test_both_ways_of_an_evaluation_are_timed_and_agree():
    found = measured("compact", 64, 48)
    assert (
        found["cosine"] > 0.99
    )  # where bfloat16 is computed; two of a thousand ReLUs then turn the other way
    assert found["alike"] > 0.999
    assert min(found["fast"], found["plain"], found["float32"]) > 0


def test_the_plain_evaluation_is_that_of_the_default_recipe():
    network = computing(load_backbone("compact"), torch.float64)
    content, style, image = (torch.rand(1, 3, 48, 64, dtype=torch.float64) for _ in range(3))
    total, gradient = Plain(network, content, style)(image)
    found = make_objective(network, Options(), Pictures(content, [style], [1.0]))(image)
    torch.testing.assert_close(total, found.total, rtol=1e-5, atol=0)
    torch.testing.assert_close(gradient, found.gradient, rtol=1e-4, atol=1e-7)


def test_operations_are_those_of_vgg_19():
    """Counted by hand: 1.445 TFLOP for a megapixel, there and back."""
    counted = 2 * sum(each for each, _ in convolutions(backbones["vgg19"](), "relu5_1", 1024, 1024))
    assert counted / 1024**2 * 1e6 == pytest.approx(1.445e12, rel=0.01)


def test_a_process_is_timed_to_its_end_with_its_own_memory():
    found = whole([sys.executable, "-c", "import time; x = bytearray(200_000_000); time.sleep(0.3)"])
    assert found["seconds"] > 0.3
    assert found["gigabytes"] > 0.2
    with pytest.raises(RuntimeError, match="oh dear"):
        whole([sys.executable, "-c", "raise SystemExit('oh dear')"])


def test_a_picture_is_painted_as_a_user_would(tmp_path, content, style):
    content.rgb.save(tmp_path / "a.png")
    style.rgb.save(tmp_path / "b.png")
    found = painted(
        tmp_path / "a.png", tmp_path / "b.png", tmp_path / "c.png", "--size", "48", "--steps", "1"
    )
    assert (tmp_path / "c.png").exists()
    assert found["gigabytes"] > 0.1


def test_the_report_says_what_follows_from_the_figures(tmp_path):
    told = "\n".join(lines(FOUND))
    assert "| 512 | 512 x 384 | 10.0 s | 50 s | 0.60 GB |" in told
    assert "512 px: 250 times as fast as 1000 classic steps." in told
    assert (
        "100 ms; in plain torch 200 ms, 2.00 times as long, in float32 300 ms, 3.00 times; a classic step 25.0 times"
        in told
    )
    assert "an evaluation takes 0.5 times that" in told
    write(FOUND, tmp_path)
    assert json.loads((tmp_path / "speed.json").read_text(encoding="utf-8")) == FOUND
    assert (tmp_path / "speed.png").stat().st_size > 1000
