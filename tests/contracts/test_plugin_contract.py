"""The plugin that is there to be copied keeps the contract of losses."""

from pathlib import Path

import pytest

from scumble.plugins import load_plugin

from .test_loss_contract import (  # noqa: F401 (tests to be run, and their fixtures)
    feature,
    left,
    test_a_batch_is_the_mean_of_its_images,
    test_a_mask_for_each_image_is_used_for_that_image,
    test_a_mask_of_ones_changes_nothing,
    test_blank_pictures_give_finite_numbers,
    test_content_statistics_do_not,
    test_does_not_change_its_input,
    test_images_of_a_batch_do_not_mix,
    test_is_a_scalar_and_zero_on_its_own_reference,
    test_is_above_zero_elsewhere,
    test_masked_out_positions_do_not_count,
    test_masked_out_positions_get_no_gradient,
    test_pulls_on_the_image,
    test_says_what_it_compares_with,
    test_the_gradient_is_right,
)

TEMPLATE = Path(__file__).parents[2] / "examples" / "plugins" / "my_loss.py"


@pytest.fixture
def loss(forget_plugins):
    forget_plugins()
    return load_plugin(TEMPLATE).LightLoss()


@pytest.fixture
def content_loss(loss):
    return loss
