"""Networks that were not made for Scumble: what is measured of them, and that they paint as ours do."""

from pathlib import Path

import pytest
import torch
from torch import nn

from scumble.backbones.base import backbones
from scumble.backbones.cache import present_path, weights_sha256
from scumble.backbones.extents import Extent, window_of
from scumble.backbones.foreign import Foreign, _measured, measured_of
from scumble.backbones.weights import load_backbone, verify
from scumble.engine.forecast import forecast_here
from scumble.engine.run import paint
from scumble.errors import BadOption, OutOfMemory, PluginFailed, UnknownName, UsageError, WeightsError
from scumble.look import features
from scumble.objective.fit import Need
from scumble.objective.references import Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.plugins import load_plugin
from scumble.regions.found import Regions

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugins" / "my_backbone.py"
OWN = {"backbone": "residual", "threads": 1, "device": "cpu", "precision": "float32"}
PLAIN = nn.Conv2d(3, 4, 3, padding=1)


@pytest.fixture
def residual(forget_plugins):
    forget_plugins()
    return load_plugin(EXAMPLE).Residual


def made(*parts, layers=("1",), **attributes):
    """Return a backbone of parts in a row."""
    named = {"layers": layers, "module": classmethod(lambda _: nn.Sequential(*parts)), **attributes}
    return type("Made", (Foreign,), named)


def drawn(seed, height, width):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=random)


def test_what_is_measured_is_what_follows_from_its_windows(residual):
    found = measured_of(residual).extents
    assert list(found) == ["0", "2", "3", "4"]
    places = [(one.stride, one.before, one.after, one.spare, one.channels) for one in found.values()]
    assert places == [(1, 1, 1, -1, 16), (2, 4, 4, -1, 24), (4, 10, 10, -1, 32), (8, 22, 22, -1, 48)]
    assert not any(one.everywhere for one in found.values())


@pytest.mark.parametrize("layer", [nn.MaxPool2d(3, 2), nn.Conv2d(4, 4, 5, 3, padding=1, dilation=2),
                                   nn.Conv2d(4, 4, 7, padding=3, padding_mode="reflect")], ids=str)  # fmt: skip
def test_windows_of_all_kinds_are_found(layer):
    stated = Extent().seen_through(window_of(PLAIN, "")).seen_through(window_of(layer, ""))
    found = measured_of(made(PLAIN, layer)).extents["1"]
    assert (found.stride, found.before, found.after, found.spare, found.least) == (
        stated.stride, stated.before, stated.after, stated.spare, stated.least
    )  # fmt: skip


@pytest.mark.usefixtures("residual")
@pytest.mark.parametrize("regions", [False, True])
def test_whole_and_in_tiles_it_pulls_alike(regions):
    network = load_backbone("residual").double()
    content, image, style = drawn(1, 97, 131), drawn(2, 97, 131), drawn(3, 70, 90)
    found = None
    if regions:
        shares = [torch.softmax(8 * drawn(5, *size)[:, :2], 1) for size in ((97, 131), (70, 90))]
        found = Regions(shares[0], (shares[1],))
    arguments = (network, Options(**OWN), Pictures(content, [style], [1.0], found))
    whole, tiled = make_objective(*arguments)(image), make_tiled_objective(*arguments, 32)(image)
    torch.testing.assert_close(tiled.gradient, whole.gradient, rtol=1e-7, atol=1e-12)
    assert whole.gradient.abs().max() > 0


@pytest.mark.usefixtures("residual")
def test_it_paints_forecasts_and_is_looked_at(content, style):
    options = Options(**OWN, size=48, coarsest=48, steps=2, regions="2")
    plan = make_plan(options, content, (style,), (1.0,))
    *_, last = paint(plan)
    assert last.count == 2
    assert last.total.isfinite()
    assert forecast_here(plan).gigabytes > 0
    assert features(content, "3", backbone="residual", size=48).shape == (32, 9, 12)
    assert len(weights_sha256("residual")) == 64


@pytest.mark.usefixtures("residual")
def test_its_weights_are_those_of_the_plugin():
    assert present_path("residual") == EXAMPLE
    with pytest.raises(WeightsError, match="the weights of the backbone 'residual' come with its plugin"):
        verify("residual")


def test_layers_stand_in_by_depth_for_those_of_vgg(residual):
    network = residual()
    assert [network.nearest_layer(f"relu{block}_1", "style") for block in range(1, 6)] == [
        "0",
        "2",
        "3",
        "3",
        "4",
    ]
    assert network.nearest_layer("relu3_2", "content") == "3"
    with pytest.raises(UnknownName, match="unknown layer '5'"):
        network.nearest_layer("5")
    with pytest.raises(BadOption, match="Residual pools in a way of its own, not by average"):
        residual(pooling="average")


def test_nothing_of_it_moves_the_random_state(residual):
    _measured.clear()
    before = torch.random.get_rng_state()
    residual()
    assert torch.equal(torch.random.get_rng_state(), before)


class Edge(nn.Module):
    """Let each row know how far it is from the upper edge."""

    def forward(self, feature):
        return feature + torch.arange(feature.shape[2], dtype=feature.dtype)[:, None]


GLOBAL = [
    nn.GroupNorm(2, 4),
    Edge(),
    nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular"),
    nn.InstanceNorm2d(4),
]


@pytest.mark.parametrize("layer", GLOBAL, ids=str)
def test_what_depends_on_the_whole_picture_is_never_cut_into_tiles(layer):
    network = made(PLAIN, layer)().double()
    assert network.extent("1").everywhere
    picture, options = drawn(1, 64, 64), Options(content_layers="relu3_2", style_layers="relu1_1")
    assert (
        make_objective(network, options, Pictures(picture, [picture], [1.0]))(drawn(2, 64, 64))
        .gradient.abs()
        .max()
        > 0
    )
    with pytest.raises(UsageError, match="each position of the layer '1' sees the whole picture"):
        make_tiled_objective(network, options, Pictures(picture, [picture], [1.0]), 32)


@pytest.mark.usefixtures("forget_plugins")
def test_where_it_does_not_fit_into_memory_it_says_why_there_are_no_tiles(content):
    backbones("global")(made(PLAIN, nn.GroupNorm(2, 4)))
    plan = make_plan(Options(backbone="global", size=64), content, (content,), (1.0,))
    need = Need(backbones["global"](), plan, torch.float32)
    with pytest.raises(OutOfMemory, match="are allowed; no tiles, for its layer '1' sees the whole picture"):
        need.fits(1e6)


class Overwriting(nn.Module):
    def forward(self, feature):
        return feature.mul_(2)


BAD = [
    (made(PLAIN, nn.AdaptiveAvgPool2d(4)), PluginFailed, "is no map"),
    (made(PLAIN, nn.Flatten()), PluginFailed, "is no map"),
    (made(PLAIN, Overwriting(), layers=("0", "1")), PluginFailed, "'0' is overwritten by a later step"),
    (made(PLAIN, layers=("5",)), UnknownName, "unknown submodule '5'"),
    (made(PLAIN, layers=()), UnknownName, "unknown submodule ''"),
]


@pytest.mark.parametrize(("kind", "error", "message"), BAD, ids=[row[2] for row in BAD])
def test_one_that_cannot_be_read_is_refused_when_it_is_made(kind, error, message):
    with pytest.raises(error, match=message):
        kind()
