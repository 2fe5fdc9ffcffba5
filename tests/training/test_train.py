"""How the bundled network is made: the same crops for the same seed, resumable, exported whole."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from training.export import equalize
from training.pictures import Crops, load_pictures
from training.student import Student
from training.teacher import CONVOLUTIONS, WIDTHS, Teacher
from training.train import Recipe, train

from scumble.backbones.compact import Compact
from scumble.backbones.formats_safetensors import read_own

OWN = {"1": 16, "2": 32, "3": 64, "4": 128, "5": 128}


@pytest.fixture
def recipe(tmp_path):
    """Four updates on three random pictures, with a teacher of random weights."""
    random = np.random.default_rng(0)
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        pixels = random.integers(0, 255, (70, 90, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{number}.png")
    save_file(random_teacher(), tmp_path / "teacher.safetensors")
    return Recipe(
        (tmp_path / "pictures",), tmp_path / "teacher.safetensors", tmp_path / "run", 4, 2, 32, workers=0
    )


def random_teacher():
    generator = torch.Generator().manual_seed(0)
    shapes = {"preprocess": (3, 3, 1)}
    inputs = 3
    for name in CONVOLUTIONS:
        if name != "pool":
            shapes[name] = (OWN[name[4]], inputs, 3)
            inputs = OWN[name[4]]
    shapes |= {f"head{block}_1": (WIDTHS[f"relu{block}_1"], OWN[block], 1) for block in OWN}
    weights = {}
    for name, (outputs, width, side) in shapes.items():
        scale = (2 / (width * side * side)) ** 0.5
        weights[f"{name}.weight"] = torch.randn(outputs, width, side, side, generator=generator) * scale
        weights[f"{name}.bias"] = torch.zeros(outputs)
    return weights


def exported(recipe: Recipe):
    return read_own(recipe.out / "compact.safetensors").weights


def test_crops_depend_on_seed_and_number_alone(recipe):
    pictures = load_pictures(list(recipe.pictures), held_out=False)
    crops = Crops(pictures, 32, seed=3)
    assert torch.equal(crops[7], Crops(pictures, 32, seed=3)[7])
    assert not torch.equal(crops[7], crops[8])
    assert not torch.equal(crops[7], Crops(pictures, 32, seed=4)[7])
    assert crops[7].shape == (3, 32, 32)
    assert 0 <= crops[7].min() <= crops[7].max() <= 1


def test_held_out_pictures_are_not_trained_on(recipe):
    training, held_out = (load_pictures(list(recipe.pictures), held_out=which) for which in (False, True))
    assert (len(training), len(held_out)) == (2, 1)
    assert not any(torch.equal(one, held_out[0]) for one in training)


def test_a_resumed_run_equals_an_unbroken_one(recipe, tmp_path, capsys):
    train(recipe)
    broken = replace(recipe, out=tmp_path / "broken")
    train(replace(broken, until=2))
    assert not (broken.out / "compact.safetensors").exists()
    train(broken)
    whole, resumed = exported(recipe), exported(broken)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    assert "compact.safetensors" in capsys.readouterr().out


def test_training_changes_all_weights(recipe):
    torch.manual_seed(recipe.seed)
    first = Student().backbone.state_dict()
    train(recipe)
    last = exported(recipe)
    assert all(not torch.allclose(first[name], last[name], rtol=1e-2) for name in first if "weight" in name)


def test_the_teacher_answers_in_the_widths_of_vgg19(recipe):
    taught = Teacher(recipe.teacher)(torch.rand(1, 3, 32, 32))
    assert {name: feature.shape[1] for name, feature in taught.items()} == WIDTHS
    assert taught["relu5_1"].shape[-1] == 2


def test_equalized_layers_have_mean_activation_one_and_the_same_pattern():
    torch.manual_seed(0)
    network, crops = Compact(), torch.rand(2, 3, 32, 32)
    names = [name for name in network.names if name.startswith("relu")]
    before = network(crops, names)
    equalize(network, crops)
    after = network(crops, names)
    for name in names:
        assert after[name].mean() == pytest.approx(1, rel=1e-3)
        torch.testing.assert_close(after[name], before[name] / before[name].mean(), rtol=1e-3, atol=1e-4)


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="no pictures in"):
        load_pictures([Path(tmp_path)], held_out=False)
