"""`scumble doctor`: what it finds, and what it finds wrong."""

import json


def test_the_doctor_finds_all_well_without_weights_network_or_gpu(scumble):
    done = scumble("doctor", "--json")
    told = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert told["ok"]
    assert set(told["checks"].values()) == {True}
    assert told["found"]["weights"]["compact"] == "bundled"
    assert told["found"]["weights"]["vgg19"] == "missing"
    assert "cpu" in told["found"]["devices"]
    assert ".png" in told["found"]["formats"]["writes"]


def test_the_doctor_finds_damaged_weights(scumble, desk, monkeypatch):
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(desk))
    (desk / "weights").mkdir()
    (desk / "weights" / "vgg19.safetensors").write_bytes(b"not weights")
    done = scumble("doctor")
    assert done.code == 1
    assert "WRONG        weights" in done.out
    assert done.err.startswith("error: something is wrong: weights\nhint: ")
