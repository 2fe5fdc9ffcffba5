"""Content and style divided into regions that answer to each other, so that sky is painted like sky."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from scumble.backbones.base import Backbone
from scumble.image.color import oklab
from scumble.image.masks import LARGEST
from scumble.image.resize import fit_within, resize, resize_softly
from scumble.image.tensors import to_tensor
from scumble.plan.plan import Plan
from scumble.regions.borders import along_edges
from scumble.regions.clusters import cluster

EDGE = 256  # long edge of the pictures that are compared, in pixels
DEEP, MIDDLE = "relu4_1", "relu3_1"  # what a place is seen as: things, and textures
FEATURES, HEIGHT = 0.7, 2.0  # weights of each of them, and of the height in the picture
COLOR = (3.0, 8.0, 8.0)  # of lightness, green-red, blue-yellow: painters keep hues better than lightness
FLATTER = 0.5  # of the height when a content is divided: it is to tell which regions belong together
SOFTNESS = 0.05  # of shares, in mean squared distances: at 0 each place of a style serves one region alone
SMALLEST = 0.04  # share of a picture below which a region joins its neighbor
MOST = 5  # regions that `auto` considers
GAIN = 0.92  # `auto`: what one more region must at least bring the scatter down to
EVEN = 0.02  # scatter of a picture without anything in it; others have about 1
KINSHIP = 0.19  # `auto`: share of a style's scatter that its regions must explain, or there is one region


@dataclass(frozen=True)
class Regions:
    """How much each place belongs to each of K regions.

    Args:
        content: (1, K, h, w), in any size; shares sum to 1 over K, to less where the content is left untouched.
        styles: (1, K, h, w) for each style.
        drawn: whether somebody drew them, soft edges and all.
        repeats: how much each place of each style counts in deep layers, (1, 1, h, w) each, [0, 1]; empty where all
            count alike.
    """

    content: Tensor
    styles: tuple[Tensor, ...]
    drawn: bool = False
    repeats: tuple[Tensor, ...] = ()

    @property
    def number(self) -> int:
        """How many regions there are."""
        return self.content.shape[1]

    @property
    def all(self) -> tuple[Tensor, ...]:
        """Of the content, then of each style."""
        return self.content, *self.styles


def describe(backbone: Backbone, image: Tensor) -> Tensor:
    """Return what the places of a picture are compared by, (1, D, h, w).

    Features are centered and scaled picture by picture: as they are, each painting is nearest to whatever in the
    photograph looks most like paint. Color is not, for blue to find blue.

    Args:
        backbone: reads `DEEP` and `MIDDLE`, or its nearest layers.
        image: (1, 3, H, W), RGB, [0, 1].
    """
    layers = [backbone.nearest_layer(name) for name in (DEEP, MIDDLE)]
    features = {name: feature.cpu() for name, feature in backbone(image, layers).items()}
    image = image.cpu()  # the rest is the same wherever a picture is painted
    size = features[layers[0]].shape[-2:]
    parts = []
    for layer in layers:
        feature = F.adaptive_avg_pool2d(features[layer], size)
        centered = feature - feature.mean((2, 3), keepdim=True)
        length, whole = (each.square().sum(1).mean().sqrt() for each in (centered, feature))
        parts.append(
            FEATURES * centered / (length + 1e-2 * whole + 1e-12)
        )  # a flat picture's are rounding errors
    color = image.new_tensor(COLOR).view(1, 3, 1, 1)
    parts.append(color * F.adaptive_avg_pool2d(oklab(image), size))
    height = torch.linspace(0, HEIGHT, size[0], dtype=image.dtype)
    parts.append(height.view(1, 1, -1, 1).expand(1, 1, *size))
    return torch.cat(parts, dim=1)


def rows(description: Tensor) -> Tensor:
    """Return one row for each place, (h w, D)."""
    return description[0].flatten(1).T


def shares_of(places: Tensor, centers: Tensor) -> Tensor:
    """Return how much each place belongs to each region, (N, K), by a softmax over squared distances."""
    distances = torch.cdist(places, centers).square()
    return torch.softmax(-distances / (SOFTNESS * distances.mean() + 1e-12), dim=1)


def kinship(places: Tensor, shares: Tensor) -> float:
    """Return the share of the scatter of a style's places, but for their height, that lies between its regions."""
    area = shares.sum(0)  # (K,)
    means = shares.T @ places / (area[:, None] + 1e-12)
    between = (area / area.sum() * (means - places.mean(0)).square().sum(1)).sum()
    return float(between / (places.var(0, correction=0).sum() + EVEN))


def without_small_ones(centers: Tensor, pictures: Sequence[Tensor]) -> Tensor:
    """Return the centers of regions that have a place in the content and in at least one style.

    Args:
        centers: (K, D).
        pictures: places of the content, then of each style, (N, D) each.
    """
    while len(centers) > 1:
        areas = torch.stack([shares_of(places, centers).mean(0) for places in pictures])  # (pictures, K)
        least = torch.minimum(areas[0], areas[1:].amax(0))  # (K,)
        if least.min() >= SMALLEST:
            break
        centers = centers[torch.arange(len(centers), device=centers.device) != least.argmin()]
    return centers


def regions_of(plan: Plan, backbone: Backbone) -> Regions | None:
    """Return the regions that a plan's masks say or its options ask for, or None where all is one.

    What is transparent of a style is in none of them.
    """
    regions = asked_regions(plan, backbone)
    alphas = [style.alpha for style in plan.styles]
    if not any(alphas):
        return regions
    regions = hard(regions or one_region(backbone.mean, len(alphas)))
    seen = (opaque_part(shares, alpha) for shares, alpha in zip(regions.styles, alphas, strict=True))
    return replace(regions, styles=tuple(seen))


def one_region(like: Tensor, number: int) -> Regions:
    """Return the regions of a content and a number of styles that are all one, on a tensor's device."""
    one = like.new_ones(1, 1, 1, 1)
    return Regions(one, (one,) * number)


def opaque_part(shares: Tensor, alpha: Image.Image | None) -> Tensor:
    """Return shares (1, K, h, w) as far as they lie where a picture is opaque."""
    if alpha is None:
        return shares
    opaque = opacity(alpha).to(shares)
    return F.interpolate(shares, opaque.shape[-2:], mode="bilinear") * opaque


def asked_regions(plan: Plan, backbone: Backbone) -> Regions | None:
    """Return the regions that a plan's masks say or its options ask for, whatever is transparent."""
    if plan.masks is None:
        return found_regions(plan, backbone)
    content, *styles = (
        torch.from_numpy(shares)[None].to(backbone.device)
        for shares in (plan.masks.content, *plan.masks.styles)
    )
    found = None if plan.masks.dividing else found_regions(plan, backbone)
    return Regions(content, tuple(styles), drawn=True) if found is None else within(found, content)


def hard(regions: Regions) -> Regions:
    """Return regions that nobody drew with hard borders, as if somebody had."""
    if regions.drawn:
        return regions
    content, *styles = (
        F.one_hot(shares.argmax(1), regions.number).movedim(-1, 1).to(shares) for shares in regions.all
    )
    return Regions(content, tuple(styles), drawn=True)


def within(regions: Regions, mask: Tensor) -> Regions:
    """Return regions as far as they lie inside a mask of the content, (1, 1, h, w), their borders hard."""
    regions = hard(regions)
    painted = F.interpolate(mask, regions.content.shape[-2:], mode="bilinear", antialias=True)
    return replace(regions, content=regions.content * painted)


def opacity(alpha: Image.Image, size: tuple[int, int] | None = None) -> Tensor:
    """Return how opaque a picture is, (1, 1, H, W), [0, 1], in its size but for one too large for a mask."""
    return to_tensor(resize_softly(alpha, size or fit_within(alpha.size, LARGEST)))[:, :1]


def found_regions(plan: Plan, backbone: Backbone) -> Regions | None:
    """Return the regions that a plan's options ask for, or None where all is one; 0.3 s for two pictures."""
    asked = plan.options.regions
    if asked in ("off", "1"):
        return None
    content, *styles = (
        to_tensor(resize(picture.rgb, plan.size_at(picture, EDGE)))
        for picture in (plan.content, *plan.styles)
    )
    seen = [
        None if style.alpha is None else opacity(style.alpha, plan.size_at(style, EDGE))
        for style in plan.styles
    ]
    number = None if asked == "auto" else int(asked)
    return find_regions(backbone, content, styles, number, plan.options.seed, seen)


def is_seen(opaque: Tensor, description: Tensor) -> Tensor:
    """Return which places of a description are opaque, (h w), bool; all of them where next to nothing is."""
    found = F.adaptive_avg_pool2d(opaque, (description.shape[2], description.shape[3])).flatten() > 0.5
    return found if found.any() else torch.ones_like(found)


@torch.no_grad()
def find_regions(
    backbone: Backbone,
    content: Tensor,
    styles: Sequence[Tensor],
    number: int | None,
    seed: int = 0,
    seen: Sequence[Tensor | None] = (),
) -> Regions | None:
    """Return the regions of a content and its styles, on the backbone's device, or None where all is one.

    The content's places are clustered; each place of a style serves the regions whose centers are near.

    Args:
        backbone: describes the places; the rest is done on the CPU, the same wherever a picture is painted.
        content: (1, 3, H, W), RGB, [0, 1], long edge `EDGE`, on the CPU.
        styles: the same.
        number: of regions at most; None chooses, and takes one where the styles have no regions like the content's.
        seed: of the clustering.
        seen: how opaque each style is, (1, 1, H, W), [0, 1], or None for all of it; what is hidden has no say.
    """
    device = backbone.device
    described = [describe(backbone, picture.to(device)) for picture in (content, *styles)]
    pictures = [rows(one) for one in described]
    flatter = torch.ones_like(pictures[0][0])
    flatter[-1] = FLATTER
    centers = cluster(pictures[0] * flatter, number or MOST, GAIN if number is None else 1.0, seed) / flatter
    visible = [
        places if opaque is None else places[is_seen(opaque, one)]
        for places, one, opaque in zip(pictures[1:], described[1:], seen or [None] * len(styles), strict=True)
    ]
    centers = without_small_ones(centers, [pictures[0], *visible])
    shares = [shares_of(places, centers) for places in pictures]
    alike = max(kinship(places[:, :-1], shares_of(places, centers)) for places in visible)
    if len(centers) == 1 or (number is None and alike < KINSHIP):
        return None
    grids = [share.T.reshape(1, -1, *one.shape[-2:]) for share, one in zip(shares, described, strict=True)]
    first, *others = (
        along_edges(grid, picture) for grid, picture in zip(grids, (content, *styles), strict=True)
    )
    return Regions(first.to(device), tuple(other.to(device) for other in others))
