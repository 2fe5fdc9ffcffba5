"""The weighted sum of terms, beside a plain recomputation."""

import numpy as np
import pytest
import torch

from scumble.backbones.base import backbones
from scumble.errors import BadOption, UnknownName
from scumble.objective.compared import Compared
from scumble.objective.references import Pictures
from scumble.objective.styles import mixture
from scumble.objective.whole import make_objective
from scumble.options import Options

LAYERS = {"content_layers": "relu2_2", "style_layers": "relu1_1=0.7,relu2_1=0.3"}


def drawn(seed, height=24, width=32):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=random)


@pytest.fixture
def photo():
    return drawn(1)


@pytest.fixture
def painting():
    return drawn(2, 28, 20).square()


def only(**weights):
    """Return options with these losses and no others."""
    return Options(weight=dict.fromkeys(Options().weight, 0) | weights, **LAYERS)


@pytest.mark.parametrize("preset", ["default", "gatys", "coursera"])
def test_the_total_is_the_weighted_sum_of_the_parts(network, photo, painting, preset):
    options = Options(preset=preset, backbone="compact", **LAYERS)
    evaluation = make_objective(network, options, Pictures(photo, [painting], [1.0]))(drawn(3))
    assert evaluation.parts.keys() == options.weight.keys()
    expected = sum(options.weight[name] * part for name, part in evaluation.parts.items())
    torch.testing.assert_close(evaluation.total, expected)


def test_layers_add_up_to_the_parts(network, photo, painting):
    evaluation = make_objective(network, Options(), Pictures(photo, [painting], [1.0]))(photo.flip(3))
    assert {name for name, _ in evaluation.layers} == evaluation.parts.keys()
    assert {layer for name, layer in evaluation.layers if name == "covariance"} == set(Options().style_layers)
    for name, part in evaluation.parts.items():
        layers = [cost for (of, _), cost in evaluation.layers.items() if of == name]
        assert not any(cost.requires_grad for cost in layers)
        torch.testing.assert_close(torch.stack(layers).sum(), part)


def test_total_and_gradient_are_those_of_the_formula(network, photo, painting):
    """The default recipe once more, in plain torch."""
    options = only(content=0.3, covariance=2.0, variation=7.0)
    names = ["relu1_1", "relu2_1", "relu2_2"]
    image = drawn(3).requires_grad_()
    ours, of_photo, of_painting = (network(picture, names) for picture in (image, photo, painting))
    wanted = of_photo["relu2_2"]
    total = 0.3 * ((ours["relu2_2"] - wanted) ** 2).mean() / wanted.var(correction=0)
    for layer, share in (("relu1_1", 0.7), ("relu2_1", 0.3)):
        a, b = ours[layer][0].flatten(1), of_painting[layer][0].flatten(1)
        cov_a, cov_b = torch.cov(a, correction=0), torch.cov(b, correction=0)
        squared_mean = b.mean(1).square().sum()
        means = (a.mean(1) - b.mean(1)).square().sum() / squared_mean
        size = cov_b.square().sum() + (1e-3 * squared_mean) ** 2
        total = total + 2.0 * share * ((cov_a - cov_b).square().sum() / size + means)
    squares = image.diff(dim=-1).square().sum() + image.diff(dim=-2).square().sum()
    total = total + 7.0 * squares / (2 * image.numel())
    (gradient,) = torch.autograd.grad(total, image)
    evaluation = make_objective(network, options, Pictures(photo, [painting], [1.0]))(image.detach())
    torch.testing.assert_close(evaluation.total, total.detach(), rtol=1e-8, atol=0)
    torch.testing.assert_close(evaluation.gradient, gradient)


def test_nothing_is_left_of_the_graph(network, photo, painting):
    evaluation = make_objective(network, Options(**LAYERS), Pictures(photo, [painting], [1.0]))(photo)
    tensors = [evaluation.total, evaluation.gradient, *evaluation.parts.values()]
    assert not any(tensor.requires_grad for tensor in tensors)
    assert evaluation.gradient.shape == photo.shape


def test_content_costs_nothing_at_the_content(network, photo, painting):
    parts = make_objective(network, Options(**LAYERS), Pictures(photo, [painting], [1.0]))(photo).parts
    assert parts["content"] == pytest.approx(0, abs=1e-12)
    assert parts["covariance"] > 0.01


def test_style_costs_nothing_at_the_style(network, photo):
    parts = make_objective(network, Options(**LAYERS), Pictures(photo, [photo], [1.0]))(photo).parts
    assert parts["covariance"] == pytest.approx(0, abs=1e-12)


def test_classic_costs_are_in_the_units_of_their_formula(network, photo, painting):
    """J_content = 1/(4HWC) sum of squares, J_style = sum of layers' weights times 1/(4 C^2 (HW)^2) ..."""
    options = Options(preset="coursera", backbone="compact", **LAYERS)
    parts = make_objective(network, options, Pictures(photo, [painting], [1.0]))(
        painting_sized := drawn(3)
    ).parts
    mine, wanted = (
        network(picture, ["relu2_2"])["relu2_2"].numpy()[0] for picture in (painting_sized, photo)
    )
    assert float(parts["content-coursera"]) == pytest.approx(((mine - wanted) ** 2).sum() / (4 * mine.size))
    style = 0.0
    for layer, weight in (("relu1_1", 0.7), ("relu2_1", 0.3)):
        a, b = (network(x, [layer])[layer].numpy()[0] for x in (painting_sized, painting))
        a, b = a.reshape(len(a), -1), b.reshape(len(b), -1)
        grams = a @ a.T / a.shape[1] - b @ b.T / b.shape[1]
        style += weight * (grams**2).sum() / (4 * len(a) ** 2)
    assert float(parts["gram-gatys"]) == pytest.approx(style)


def test_gram_keras_knows_the_size_of_the_picture(network, photo):
    """At relu2_1, half the size: 1/(4 * 9 * (32 * 24)^2) of the squares of unnormalized Gram matrices."""
    options = only(**{"gram-keras": 1}).replace(style_layers="relu2_1=0.2")
    image = drawn(3)
    objective = make_objective(network, options, Pictures(photo, [drawn(4)], [1.0]))
    a, b = (network(x, ["relu2_1"])["relu2_1"][0].flatten(1).numpy() for x in (image, drawn(4)))
    expected = 0.2 * ((a @ a.T - b @ b.T) ** 2).sum() / (4 * 9 * (32 * 24) ** 2)
    assert float(objective(image).total) == pytest.approx(expected)


def test_a_style_of_share_1_is_alone(network, photo, painting):
    alone = make_objective(network, Options(**LAYERS), Pictures(photo, [painting], [1.0]))(photo)
    both = make_objective(network, Options(**LAYERS), Pictures(photo, [painting, drawn(5)], [1.0, 0.0]))(
        photo
    )
    torch.testing.assert_close(both.total, alone.total)
    torch.testing.assert_close(both.gradient, alone.gradient)


def test_two_halves_of_one_style_are_that_style(network, photo, painting):
    alone = make_objective(network, Options(**LAYERS), Pictures(photo, [painting], [1.0]))(photo)
    twice = make_objective(network, Options(**LAYERS), Pictures(photo, [painting, painting], [0.5, 0.5]))(
        photo
    )
    torch.testing.assert_close(twice.total, alone.total)


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_a_mixture_of_styles_is_that_of_their_pooled_positions(network, photo, painting, share):
    """Each picture by its share, whatever its size."""
    other = drawn(5, 40, 36)
    objective = make_objective(
        network, only(covariance=1), Pictures(photo, [painting, other], [share, 1 - share])
    )
    for term in objective.terms:
        pools = [
            network(picture, [term.layer])[term.layer][0].flatten(1).numpy() for picture in (painting, other)
        ]
        weights = np.concatenate([np.full(pool.shape[1], part / pool.shape[1])
                                  for pool, part in zip(pools, (share, 1 - share), strict=True)])  # fmt: skip
        pooled = np.concatenate(pools, axis=1)
        target = term.target[0].numpy()
        np.testing.assert_allclose(target[:, :-1], np.cov(pooled, aweights=weights, ddof=0), atol=1e-9)
        np.testing.assert_allclose(target[:, -1], pooled @ weights, atol=1e-9)


def test_a_mixture_of_one_is_left_as_it_is(photo):
    assert mixture([(photo, None)], [1.0]) == (photo, None)
    assert mixture([(photo, None), (photo, None)], [0.0, 1.0]) == (photo, None)


@pytest.mark.parametrize(
    ("strength", "content", "style"), [(24, 0.9, 0.2), (50, 0.9, 2), (78, 0.09, 2)], ids=str
)
def test_strength_lowers_content_or_style_and_nothing_else(strength, content, style, network):
    """What keeps a picture clean has the same weight beside the heavier of the two."""
    options = only(content=0.9, covariance=2, variation=3, roughness=4).replace(strength=strength)
    assert Compared(options, network).weights == pytest.approx(
        {"content": content, "covariance": style, "variation": 3, "roughness": 4}
    )


def test_strength_100_leaves_content_out(network):
    assert Compared(Options(strength=100), network).losses.keys() == {
        "covariance",
        "range",
        "roughness",
        "palette",
    }


def test_a_weight_of_0_leaves_a_loss_out(network, photo, painting):
    objective = make_objective(network, only(gram=1), Pictures(photo, [painting], [1.0]))
    assert {term.name for term in objective.terms} == {"gram"}
    assert objective.layers == {"relu1_1", "relu2_1"}
    assert objective(photo).parts.keys() == {"gram"}


def test_a_loss_of_the_image_alone_needs_no_network(network, photo, painting):
    objective = make_objective(network, only(variation=2), Pictures(photo, [painting], [1.0]))
    assert objective.layers == {"image"}
    assert objective(photo).total == 2 * objective(photo).parts["variation"]


def test_a_style_without_a_share_lends_no_colors(network, photo, painting):
    gray, vivid = photo.mean(1, keepdim=True).expand(-1, 3, -1, -1), painting

    def palette_of(*shares):
        styles = [gray[..., :20], vivid]
        return make_objective(network, only(palette=1), Pictures(gray, styles, shares))(photo).parts[
            "palette"
        ]

    assert palette_of(1.0, 0.0) > 100 * palette_of(0.5, 0.5)


@pytest.mark.parametrize("options", [only(), only(content=1).replace(strength=100)])
def test_no_loss_at_all(network, photo, painting, options):
    with pytest.raises(BadOption, match=r"no loss is left with weights .* at strength") as error:
        make_objective(network, options, Pictures(photo, [painting], [1.0]))
    assert error.value.exit_code == 2
    assert "--weight.gram 1" in error.value.hint


def test_layers_of_another_network_stand_for_those_here(network):
    options = Options(style_layers="relu5_4=0.5,relu5_1=0.25,relu3_4=0.25", content_layers="relu4_4")
    options = options.replace(
        weight=dict.fromkeys(options.weight, 0) | {"gram": 1, "content": 1, "variation": 1}
    )
    assert Compared(options, network).layers == {
        "content": {"relu4_2": 1.0},
        "gram": {"relu5_1": 0.75, "relu3_2": 0.25},
        "variation": {"image": 1.0},
    }
    assert Compared(options, backbones["alexnet"]()).layers["content"] == {"relu4": 1.0}


def test_a_layer_that_the_network_has_nothing_like(photo, painting):
    with pytest.raises(UnknownName, match="unknown layer 'pool3'"):
        make_objective(
            backbones["alexnet"](), Options(style_layers="pool3"), Pictures(photo, [painting], [1.0])
        )
