"""The same crops for the same seed, from any folder of pictures."""

import numpy as np
import pytest
import torch
from PIL import Image
from training.pictures import Crops, batches, load_pictures


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


def test_a_lone_picture_serves_for_both(tmp_path):
    Image.new("RGB", (40, 30), "teal").save(tmp_path / "one.png")
    for held_out in (False, True):
        assert len(load_pictures([tmp_path], held_out)) == 1
    assert Crops(load_pictures([tmp_path], False), 32, seed=0)[0].shape == (3, 32, 32)


def test_any_picture_serves_and_what_is_none_is_left_out(tmp_path, capsys):
    for number, mode in enumerate(("L", "RGBA", "P", "1", "CMYK")):
        Image.new(mode, (700 + number, 400)).save(tmp_path / f"{number}.{'jpg' if mode == 'CMYK' else 'png'}")
    (tmp_path / "9.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    pictures = load_pictures([tmp_path], held_out=False)
    assert [picture.shape[:2] for picture in pictures] == [(3, 320)] * 4
    assert all(picture.dtype == torch.uint8 for picture in pictures)
    assert "left out: " in capsys.readouterr().err


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="no pictures in"):
        load_pictures([tmp_path], held_out=False)


def test_scales_bound_what_a_crop_shows(tmp_path):
    """A ramp from left to right: the range of grays in a crop tells how wide it was cut."""
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (256, 256, 3))
    Image.fromarray(np.ascontiguousarray(ramp)).save(tmp_path / "ramp.png")
    pictures = load_pictures([tmp_path], held_out=False)
    for scales in ((0.5, 1.0), (2.0, 4.0)):
        crops = Crops(pictures, 32, 0, scales, augment=False)
        widths = [float(crop.max() - crop.min()) * 255 / 31 for crop in (crops[i] for i in range(40))]
        assert scales[0] * 0.85 < min(widths) < max(widths) < scales[1] * 1.1


def test_batches_are_the_same_from_any_number_of_processes(recipe):
    crops = Crops(load_pictures(list(recipe.pictures), held_out=False), 32, seed=0)
    alone, beside = (list(batches(crops, 2, range(1, 3), workers, pin=False)) for workers in (0, 1))
    assert len(alone) == 2
    assert all(torch.equal(one, other) for one, other in zip(alone, beside, strict=True))
    assert torch.equal(alone[0][1], crops[3])
