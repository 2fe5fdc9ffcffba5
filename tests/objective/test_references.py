"""Kinds of reference: each has one builder, which whole pictures and tiles use alike."""

from typing import get_args, get_type_hints

import pytest
import torch

from scumble.losses.base import Loss, losses
from scumble.objective.compared import Compared
from scumble.objective.references import BUILDERS, Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import WholeReader, make_objective
from scumble.options import Options

NOTHING = dict.fromkeys(Options().weight, 0)


def drawn(seed, height=97, width=131):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=random)


def near(previous, trust=None):
    """Return pictures with a previous one."""
    return Pictures(drawn(1), [drawn(2)], [1.0], previous=previous, trust=trust)


class Features(Loss):
    """A loss of layers that compares with the previous picture."""

    reference = "previous"

    def statistic(self, feature, mask=None):
        return feature if mask is None else feature * mask


@pytest.fixture(params=["previous", "features"])
def previous_loss(request, monkeypatch):
    """The weights of a loss of the previous picture: of pixels, or of layers, as a plugin may have it."""
    if request.param == "features":
        monkeypatch.setitem(losses._entries, "previous", Features)
    return NOTHING | {"previous": 3.0}


def test_each_kind_of_reference_has_a_builder():
    hint = get_type_hints(Loss, include_extras=True)["reference"]
    (kinds,) = get_args(hint)
    assert {*BUILDERS, "style"} == set(get_args(kinds))


@pytest.mark.parametrize("kind", list(BUILDERS))
def test_a_reference_is_at_distance_0_from_itself_in_every_part(network, kind):
    name = next(name for name in losses if losses[name].reference == kind)
    options = Options(weight=NOTHING | {name: 1})
    picture = torch.full((1, 3, 48, 64), 0.5, dtype=torch.float64)
    pictures = Pictures(picture, [picture], [1.0], previous=picture)
    compared, read = Compared(options, network), WholeReader(network, ["relu3_2"]).features
    for layer in compared.layers[name]:
        reference = BUILDERS[kind](losses[name](), layer, pictures, compared, read)
        for part in (lambda whole: whole, lambda whole: whole[..., :4, :4]):
            found = reference.loss.distance(
                reference.statistic(part(reference.feature), part), reference.target(part)
            )
            assert not found.any()


def test_without_a_mask_all_of_the_previous_picture_counts(network, previous_loss):
    """The formula, for pixels: the mean square of what differs."""
    pictures, image = near(drawn(3)), drawn(4)
    evaluation = make_objective(network, Options(weight=previous_loss), pictures)(image)
    if previous_loss and losses["previous"] is not Features:
        expected = (image - drawn(3)).square().mean()
        torch.testing.assert_close(evaluation.parts["previous"], expected)
        torch.testing.assert_close(evaluation.total, 3 * expected)
    assert evaluation.gradient.abs().sum((1,)).min() > 0


def test_where_it_is_not_to_be_trusted_nothing_pulls(network, previous_loss):
    trust = torch.zeros(1, 1, 97, 131, dtype=torch.float64)
    trust[..., 100:] = 1
    gradient = make_objective(network, Options(weight=previous_loss), near(drawn(3), trust))(
        drawn(4)
    ).gradient
    assert not gradient[..., :32].any()  # further left than any layer sees
    assert gradient[..., 104:].abs().sum() > 0


def test_half_trust_is_half_the_cost(network):
    options, image = Options(weight=NOTHING | {"previous": 1.0}), drawn(4)
    half = torch.full((1, 1, 97, 131), 0.5, dtype=torch.float64)
    whole, less = (make_objective(network, options, near(drawn(3), trust))(image) for trust in (None, half))
    torch.testing.assert_close(less.total, whole.total / 2)


@pytest.mark.numeric
@pytest.mark.parametrize("masked", [False, True])
def test_in_tiles_it_is_the_same(network, previous_loss, masked):
    trust = drawn(5)[:, :1] if masked else None
    arguments = (network, Options(weight=previous_loss | {"covariance": 1.0}), near(drawn(3), trust))
    whole, tiled = make_objective(*arguments)(drawn(4)), make_tiled_objective(*arguments, 32)(drawn(4))
    torch.testing.assert_close(tiled.total, whole.total)
    torch.testing.assert_close(tiled.gradient, whole.gradient, rtol=1e-8, atol=1e-13)
