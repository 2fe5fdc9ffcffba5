"""What the figures of `scumble.look` show: real activations, real patches, real reconstructions."""

import numpy as np
import pytest
import torch
from PIL import Image

from scumble import look
from scumble.backbones.base import backbones
from scumble.backbones.weights import load_backbone
from scumble.errors import ImageError, UnknownName, UsageError
from scumble.image.color import oklab
from scumble.image.resize import resize
from scumble.image.sheet import GAP, LINE
from scumble.image.tensors import to_tensor
from scumble.look.channels import CELL, PANEL, map_of, top_of
from scumble.look.colors import COOL, WARM, colored, scale_bar
from scumble.look.gram import CELL as MATRIX
from scumble.look.gram import matrices_of, order_of, rooted
from scumble.look.keeping import compared_layers, loss_named
from scumble.look.places import CELL as PATCH
from scumble.look.seeing import choose_channels
from scumble.losses.base import losses

pytestmark = pytest.mark.usefixtures("weights")


def warm(share):
    """Return the color of an activation by hand: so far on the way through the scale."""
    knots = np.linspace(0, 1, len(WARM))
    return [np.interp(share, knots, [color[i] for color in WARM]) for i in range(3)]


def distance(one, two):
    """Return the mean absolute difference of two pictures in levels."""
    return np.abs(np.asarray(one, int) - np.asarray(two, int)).mean()


def test_features_are_those_of_the_backbone(content):
    found = look.features(content, "relu3_1", size=96)
    image = to_tensor(resize(content.rgb, (96, 72)))
    expected = load_backbone("compact")(image, ["relu3_1"])["relu3_1"][0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(found - look.features(content, "relu3_1", size=96, pooling="max")).max() > 0.1


def test_the_grid_holds_the_real_activations_in_their_places(content):
    channels = [7, 2, 11]
    figure = look.activations(content, "relu3_1", channels=channels, size=64)
    shown = look.features(content, "relu3_1", size=64)[channels]  # (3, 12, 16)
    top = np.sort(shown, axis=None)[int(np.ceil(0.995 * shown.size)) - 1]
    edge = CELL / 16  # of a position
    for column, values in enumerate(shown):
        left = GAP + PANEL + GAP + column * (CELL + GAP)
        for down, across in [np.unravel_index(values.argmax(), values.shape), (0, 0), (11, 3)]:
            where = (int(left + (across + 0.5) * edge), int(GAP + (down + 0.5) * edge))
            assert figure.getpixel(where) == pytest.approx(warm(min(1, values[down, across] / top)), abs=1)


def test_the_picture_is_beside_its_channels(content):
    figure = look.activations(content, "relu1_1", channels=1, size=64)
    top = GAP + 28 + 3 * 18 + GAP
    shown = figure.crop((GAP, top, GAP + PANEL, top + 240))
    view = resize(resize(content.rgb, (64, 48)), (PANEL, 240))
    assert distance(shown, view) == 0


def test_the_strongest_channels_come_first(content):
    feature = torch.from_numpy(look.features(content, "relu2_1", size=64))
    means = [float(channel.mean()) for channel in feature]
    chosen = choose_channels(5, feature, "relu2_1")
    assert chosen == sorted(range(32), key=lambda channel: -means[channel])[:5]
    assert choose_channels(99, feature, "relu2_1") == sorted(range(32), key=lambda one: -means[one])
    assert choose_channels("all", feature, "relu2_1") == list(range(32))
    before, after = (
        torch.from_numpy(look.features(content, f"{kind}4_1", size=64)) for kind in ("conv", "relu")
    )
    assert choose_channels(9, before, "conv4_1") == choose_channels(9, after, "relu4_1")


def test_a_layer_gets_a_section_each(content):
    one, two = (look.activations(content, layer, channels=6, size=64) for layer in ("relu1_1", "relu4_1"))
    both = look.activations(content, ["relu1_1", "relu4_1"], channels=6, size=64)
    assert both.crop((0, 0, *one.size)).tobytes() == one.tobytes()
    assert both.crop((0, both.height - two.height, *both.size)).tobytes() == two.tobytes()


@pytest.mark.parametrize("scale", [WARM, COOL])
def test_the_color_scale_is_one_in_gray(scale):
    sign = 1 if scale is WARM else -1
    bar = colored(sign * torch.linspace(0, 1, 64).view(1, 64), 1.0)
    lightness = oklab(to_tensor(bar))[0, 0, 0]
    assert (lightness.diff() > 0).all()


def test_below_zero_is_another_color():
    bar = scale_bar(-1.0, 1.0, 1.0, 101)
    left, middle, right = (bar.getpixel((across, 5)) for across in (0, 50, 100))
    assert (left, middle, right) == (COOL[-1], WARM[0], WARM[-1])


def test_the_first_place_is_the_strongest_of_all_pictures(content, style):
    channel = 3
    found = look.strongest_places([content, style], "relu3_1", channel, places=6, size=64)
    maps = [look.features(one, "relu3_1", size=64)[channel] for one in (content, style)]
    best = max(range(2), key=lambda number: maps[number].max())
    first = found[0]
    assert first.picture == best
    assert (first.down, first.across) == np.unravel_index(maps[best].argmax(), maps[best].shape)
    left, up, right, bottom = first.box
    assert ((left + right) / 2, (up + bottom) / 2) == (4 * first.across + 2, 4 * first.down + 2)
    assert (right - left, bottom - up) == (24, 24)
    strengths = [place.activation for place in found]
    assert strengths == sorted(strengths, reverse=True)
    for place in found:
        assert place.activation == pytest.approx(maps[place.picture][place.down, place.across])


def test_places_are_apart(content):
    found = look.strongest_places(content, "relu2_1", 3, places=12, size=64)
    assert len(found) > 3
    for number, one in enumerate(found):
        for other in found[:number]:  # patches of 10 pixels, positions 2 apart
            assert max(abs(one.down - other.down), abs(one.across - other.across)) * 2 >= 4


def test_a_silent_channel_has_no_places():
    black = Image.new("RGB", (64, 64))
    silent = int(look.features(black, "relu1_1", size=64).max((1, 2)).argmin())
    assert look.features(black, "relu1_1", size=64)[silent].max() == 0
    assert look.strongest_places(black, "relu1_1", silent, size=64) == []
    assert look.patches(black, "relu1_1", channels=[silent], size=64).width == 2 * GAP + PATCH


def test_the_patches_are_cut_out_where_the_channel_is_strongest(content):
    channel = 9
    figure = look.patches(content, "relu4_1", channels=[channel], places=2, size=128)
    view = np.pad(
        np.asarray(resize(content.rgb, (128, 96))), ((60, 60), (60, 60), (0, 0)), constant_values=250
    )
    top = GAP + 28 + 2 * 18 + GAP + LINE
    for number, place in enumerate(look.strongest_places(content, "relu4_1", channel, places=2, size=128)):
        left, up, right, bottom = (side + 60 for side in place.box)
        patch = Image.fromarray(view[up:bottom, left:right])
        start = GAP + (number + 1) * (PATCH + GAP)
        shown = figure.crop((start, top, start + PATCH, top + PATCH))
        assert distance(shown, patch.resize((PATCH, PATCH), Image.Resampling.BICUBIC)) < 1


@pytest.mark.parametrize(
    ("name", "layer"), [("compact", "relu2_2"), ("compact", "relu5_1"), ("alexnet", "relu3")]
)
def test_a_position_sees_its_receptive_field_and_no_more(name, layer):
    with torch.random.fork_rng():
        backbone = backbones[name](pooling="average").double()
    for parameter in backbone.parameters():
        parameter.fill_(0.01)  # nothing is silent, nothing cancels out
    image = torch.full((1, 3, 240, 240), 0.9, dtype=torch.float64, requires_grad=True)
    feature = backbone(image, [layer])[layer]
    down, across = feature.shape[2] // 2, feature.shape[3] // 2 - 1
    feature[0, 0, down, across].backward()
    seen = image.grad[0].abs().sum(0) > 0
    stride, before, after = backbone.receptive_field(layer)
    expected = torch.zeros(240, 240, dtype=torch.bool)
    rows, columns = (slice(at * stride - before, at * stride + after + 1) for at in (down, across))
    expected[rows, columns] = True
    assert torch.equal(seen, expected)


def test_deeper_layers_keep_less_of_the_content(content):
    shallow, deep = (look.reconstruct(content, layer, size=64, steps=40) for layer in ("relu1_1", "relu4_1"))
    view = resize(content.rgb, (64, 48))
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8))
    assert distance(shallow, view) < 3
    assert distance(shallow, view) < distance(deep, view) < 0.6 * distance(noise, view)


def test_style_keeps_the_statistics_and_not_the_layout(style):
    texture = look.reconstruct(style, "relu2_1", "gram", size=64, steps=60)
    view, backbone, gram = resize(style.rgb, (64, 64)), load_backbone("compact"), losses["gram"]()
    seen = [backbone(to_tensor(one), ["relu1_1", "relu2_1"]) for one in (texture, view)]
    for layer in ("relu1_1", "relu2_1"):
        ours, theirs = (gram.statistic(features[layer]) for features in seen)
        assert gram.distance(ours, theirs) < 0.01
    shifted = np.roll(np.asarray(view), (20, 20), (0, 1))
    assert distance(texture, view) > 0.7 * distance(shifted, view)


def test_a_reconstruction_is_as_its_seed_says(style):
    arguments = {"size": 48, "steps": 4}
    one, same, other = (look.reconstruct(style, "relu2_1", "style", seed=s, **arguments) for s in (1, 1, 2))
    assert one.tobytes() == same.tobytes()
    assert distance(one, other) > 5


def test_the_sheet_holds_a_row_for_each_loss_and_a_column_for_each_layer(content):
    told: list[str] = []
    layers, kinds = ["relu1_1", "relu3_1"], ["content", "style"]
    figure = look.keeps(content, layers, kinds, size=160, steps=2, tell=told.append)
    assert [line.split(": ")[1] for line in told] == [
        "content at relu1_1 is done", "content at relu3_1 is done",
        "covariance at relu1_1 is done", "covariance at relu3_1 is done",
    ]  # fmt: skip
    for row, kind in enumerate(kinds):
        for column, layer in enumerate(layers, 1):
            left, top = GAP + column * 168, figure.height - (2 - row) * (LINE + 120 + GAP) + LINE
            shown = figure.crop((left, top, left + 160, top + 120))
            assert distance(shown, look.reconstruct(content, layer, kind, size=160, steps=2)) == 0


def test_a_content_loss_reads_one_layer_and_a_style_loss_all_up_to_it():
    backbone = backbones["compact"]()
    content_loss, style_loss = (loss_named(name)[1] for name in ("content", "gram"))
    assert compared_layers(content_loss, "relu4_1", backbone) == ["relu4_1"]
    assert compared_layers(style_loss, "relu1_1", backbone) == ["relu1_1"]
    assert compared_layers(style_loss, "relu3_2", backbone) == ["relu1_1", "relu2_1", "relu3_1", "relu3_2"]
    assert compared_layers(style_loss, "relu2", backbones["alexnet"]()) == ["relu1", "relu2"]


def test_regions_are_a_figure_too(content, style):
    figure = look.regions(content, style, most=2, seed=3)
    assert figure.size == (2 * 384 + 8, 288 + 8 + 384)


SMALL = Image.new("RGB", (40, 40))


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: look.activations(SMALL, "relu3_3"), UnknownName, "unknown layer 'relu3_3'; did you mean 'relu3_2'?"),
        (lambda: look.activations(SMALL, []), UsageError, "no layer was named"),
        (lambda: look.activations(SMALL, ["relu1_1", "relu1_1"]), UsageError, "'relu1_1' was named twice"),
        (lambda: look.activations(SMALL, "relu5_1", size=8), ImageError, "shorter side needs at least 16"),
        (lambda: look.activations(SMALL, "relu1_1", channels=[16]), UsageError, "relu1_1 has 16, 0 to 15"),
        (lambda: look.activations(SMALL, "relu1_1", channels=0), UsageError, "channels is 0; at least 1"),
        (lambda: look.activations(SMALL, "relu1_1", channels=[]), UsageError, "channels is an empty list"),
        (lambda: look.activations(SMALL, "relu1_1", channels="some"), UsageError, "channels is 'some'; it should be"),
        (lambda: look.activations(SMALL, "relu1_1", strength=9), UnknownName, "unknown option 'strength'"),
        (lambda: look.activations(SMALL, "relu1_1", seed=1), UnknownName, "unknown option 'seed'"),
        (lambda: look.patches(SMALL, "relu1_1", places=0), UsageError, "places is 0; it should be 1 to 32"),
        (lambda: look.strongest_places(SMALL, "relu1_1", 16), UsageError, "channel 16 was asked for"),
        (lambda: look.reconstruct(SMALL, "relu1_1", "stlye"), UnknownName, "did you mean 'style'?"),
        (lambda: look.reconstruct(SMALL, "relu1_1", "variation"), UsageError, "'variation' reads pixels"),
        (lambda: look.reconstruct(SMALL, "relu9_1"), UnknownName, "unknown layer 'relu9_1'"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told(call, kind, message):
    with pytest.raises(kind, match=message.replace("?", r"\?")):
        call()


def test_nothing_is_painted_before_all_is_known_to_work(content):
    told: list[str] = []
    with pytest.raises(ImageError, match="needs at least 16"):
        look.keeps(content, ["relu1_1", "relu5_1"], size=12, tell=told.append)
    with pytest.raises(UnknownName, match="unknown layer"):
        look.keeps(content, ["relu1_1", "relu6_1"], size=32, tell=told.append)
    assert told == []


def test_gram_and_covariance_are_those_that_losses_compare(content):
    feature = torch.from_numpy(look.features(content, "relu3_1", size=64))
    rows = feature.flatten(1)
    gram, covariance = matrices_of(feature)
    torch.testing.assert_close(gram, rows @ rows.T / rows.shape[1])
    torch.testing.assert_close(covariance, torch.cov(rows, correction=0))


def test_the_matrices_of_two_pictures_share_scale_and_order(content, style):
    features = [torch.from_numpy(look.features(one, "relu3_1", size=64)) for one in (content, style)]
    order = order_of(features)
    means = torch.stack([one.flatten(1).mean(1) for one in features]).mean(0)
    assert (means[order].diff() <= 0).all()
    roots = [rooted(one) for feature in features for one in matrices_of(feature[order])]
    most = top_of(torch.stack(roots).flatten())
    pixels = np.asarray(look.gram([content, style], "relu3_1", size=64))
    rows = np.split(pixels[GAP + LINE :], [LINE + MATRIX + GAP])  # below the heads
    for number, matrix in enumerate(roots):
        row, left = rows[number // 2], PANEL + 3 * GAP + MATRIX + number % 2 * (MATRIX + GAP)
        there = row[LINE : LINE + MATRIX, left : left + MATRIX]
        assert np.array_equal(there, np.asarray(map_of(matrix, most, MATRIX)))


def test_silent_channels_are_left_out_and_small_entries_are_seen():
    silent = torch.tensor([[[0.0]], [[0.5]], [[2.0]]])
    assert order_of([silent]).tolist() == [2, 1]
    assert order_of([silent, silent.flip(0)]).tolist() == [0, 2, 1]
    assert order_of([torch.zeros(3, 1, 1)]).tolist() == [0, 1, 2]
    assert rooted(torch.tensor([4.0, -9.0, 0.0])).tolist() == [2, -3, 0]
