"""The loop: resumable, logged, exported whole; each choice of a recipe does something."""

import json
import re
from dataclasses import replace

import pytest
import torch
from training.log import read_log
from training.machine import Machine
from training.network import phases
from training.pictures import Crops, load_pictures
from training.recipe import Recipe, one_cycle
from training.student import Student
from training.train import Training, require_finite, train, waited

from scumble.backbones.formats_safetensors import read_own


def exported(recipe):
    return read_own(recipe.out / "compact.safetensors").weights


def trained(recipe, folder, **choices):
    """Return the exported weights of a run with other choices."""
    other = replace(recipe, out=recipe.out.parent / folder, **choices)
    train(other)
    return exported(other)


def differ(one, other):
    return all(not torch.equal(one[name], other[name]) for name in one if "weight" in name)


def test_a_resumed_run_equals_an_unbroken_one(recipe, capsys):
    whole = trained(recipe, "whole")
    broken = replace(recipe, out=recipe.out.parent / "broken")
    assert train(replace(broken, until=2)) is None
    assert not (broken.out / "compact.safetensors").exists()
    resumed = trained(recipe, "broken")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert "compact.safetensors" in capsys.readouterr().out


def test_a_run_tells_how_it_goes(recipe, capsys, monkeypatch):
    monkeypatch.setattr("training.log.SILENCE", 0)
    train(replace(recipe, steps=20, every=40))
    first, begun, later = capsys.readouterr().err.splitlines()
    assert first.endswith("pictures to train on; heads are fitted first")
    assert re.fullmatch(r"update 0, 0%; held-out errors( \d\.\d{3}){6}", begun)
    assert re.fullmatch(r"update 20, 100%, 0 min left; errors( \d\.\d{3}){6}", later)
    begins = read_log(recipe.out / "log.jsonl")[1]
    assert begun.endswith(" ".join(f"{error:.3f}" for error in begins["held_out"]["errors"].values()))


def test_training_changes_all_weights(recipe):
    torch.manual_seed(recipe.seed)
    first = Student().backbone.state_dict()
    assert differ(first, trained(recipe, "run"))


@pytest.mark.parametrize(
    "choices",
    [{"covariance": 1.0}, {"kernel": 1.0}, {"gradient": 1.0}, {"teacher_pooling": "blurred"},
     {"pooling": "max"}, {"scales": (1.0, 1.1)}, {"seed": 1}, {"rate": 1e-2}],
    ids=lambda choices: next(iter(choices)),
)  # fmt: skip
def test_every_choice_leads_to_another_network(recipe, choices):
    """One update, on crops as the recipe wants them."""

    def first_weights(recipe):
        training = Training(recipe, Machine.found())
        pictures = load_pictures(list(recipe.pictures), held_out=False)
        training.update(next(waited(training, Crops(pictures, recipe.side, recipe.seed, recipe.scales))))
        return training.student.backbone.get_parameter("features.0.weight").detach()

    assert not torch.equal(first_weights(recipe), first_weights(replace(recipe, **choices)))


def test_the_file_in_the_end_says_how_it_came_about(recipe):
    from safetensors import safe_open

    path = train(recipe)
    with safe_open(path, framework="pt") as file:
        told = json.loads(file.metadata()["training"])
    assert told["steps"] == 4
    assert told["recipe"]["side"] == 32
    assert set(told["errors"]) == set(told["kernels"]) == set(Student().heads)
    assert str(recipe.out.parent) not in json.dumps(told), "where things lay is nobody's business"


def test_the_log_tells_losses_validation_and_speed(recipe):
    train(replace(recipe, steps=20, every=10))
    first, *rows = read_log(recipe.out / "log.jsonl")
    assert first["recipe"]["steps"] == 20
    assert {"device", "threads", "bfloat16", "torch"} <= first["machine"].keys()
    [update] = [row for row in rows if "crops/s" in row]
    assert update["step"] == 20
    assert update["Mpixel/s"] == pytest.approx(update["crops/s"] * 32 * 32 / 1e6, rel=0.01, abs=1e-4)
    assert 0 <= update["waiting"] <= 1
    assert [row["step"] for row in rows if "held_out" in row] == [0, 10, 20, 20]


def test_updates_done_again_after_a_break_are_told_once(recipe):
    train(replace(recipe, until=2))
    path = recipe.out / "log.jsonl"
    path.write_text(path.read_text() + json.dumps({"step": 3, "lost": True}) + "\n")
    train(recipe)
    rows = read_log(path)
    assert not [row for row in rows if "lost" in row]
    assert [row["step"] for row in rows if "held_out" in row] == [0, 2, 4, 4]


def test_minutes_end_a_run_by_the_clock(recipe):
    training = Training(replace(recipe, minutes=2.0), Machine.found())
    training.seconds, training.step = 60.0, 10**6
    assert training.progress == 0.5
    train(replace(recipe, minutes=1e-5, steps=10**6))
    rows = read_log(recipe.out / "log.jsonl")
    assert rows[-1]["end"]
    assert rows[-1]["step"] < 1000


def test_the_rate_goes_as_in_torch():
    optimizer = torch.optim.AdamW([torch.zeros(1)], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=4000, pct_start=0.1)
    for step in range(4000):
        if step % 100 == 0:
            group = optimizer.param_groups[0]
            assert one_cycle(step / 4000) == pytest.approx((group["lr"], group["betas"][0]), abs=3e-3)
        optimizer.step()
        schedule.step()


def test_going_on_from_a_file_starts_where_it_ended(recipe, monkeypatch):
    monkeypatch.setattr("training.heads.POSITIONS", 200)
    path = train(recipe)
    second = replace(recipe, out=recipe.out.parent / "second", start=path, rate=1e-7, seed=9)
    before, after = exported(recipe), trained(second, "second")
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=2e-2, atol=2e-3)
    start, *_, end = [
        row["held_out"]["errors"] for row in read_log(second.out / "log.jsonl") if "held_out" in row
    ]
    assert sum(start.values()) < 6, "fitted heads are better than a constant"
    assert sum(end.values()) == pytest.approx(sum(start.values()), rel=0.05)


def test_a_file_of_other_widths_is_no_start(recipe):
    path = train(recipe)
    with pytest.raises(SystemExit, match=r"compact.safetensors does not hold a network of widths 8,8/"):
        train(replace(recipe, out=recipe.out.parent / "second", start=path, widths="8,8/8,8/8,8/8,8/8"))


def test_what_is_missing_is_said(recipe, tmp_path):
    with pytest.raises(SystemExit, match=r"there is no teacher at .*none\nhint: .*training/README.md"):
        replace(recipe, teacher=tmp_path / "none")
    with pytest.raises(SystemExit, match="there is no folder"):
        replace(recipe, pictures=(tmp_path / "none",))
    (tmp_path / "broken").write_bytes(b"not weights")
    with pytest.raises(SystemExit, match="broken is no teacher"):
        train(replace(recipe, teacher=tmp_path / "broken"))
    with pytest.raises(SystemExit, match="--side is 32 at least"):
        replace(recipe, side=16)


def test_the_phases_of_the_bundled_network_build_on_each_other(recipe, tmp_path):
    first, *later = phases(recipe.pictures, recipe.teacher, tmp_path)
    assert first.start is None
    for recipe_before, one in zip([first, *later], later, strict=False):
        assert one.start == recipe_before.out / "compact.safetensors"
    assert len({one.out for one in (first, *later)}) == 1 + len(later)
    assert all(isinstance(one, Recipe) for one in later)


def test_a_lost_run_stops():
    require_finite(20, torch.tensor([0.1, 0.2]))
    with pytest.raises(SystemExit, match="after update 20 the errors are no numbers any more\nhint: go on"):
        require_finite(20, torch.tensor([0.1, torch.nan]))
