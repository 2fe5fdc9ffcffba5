"""Pull each place of the image to the place of the style that is most like it, and the other way round."""

import torch
from torch import Tensor

from scumble.losses.base import Loss, losses, mask_weights, precise
from scumble.losses.sampling import shuffled

PLACES = 1024  # of a picture; all pairs of them are compared
FAINT = 1e-2  # of the mean squared length: an activation far below it has next to no direction


@losses("nearest")
class NearestLoss(Loss):
    r"""Compare each place with the place of the other picture that its activations are most like in direction.

    With :math:`\hat f = (f - \mu) / |f - \mu|`, so that :math:`\tfrac12 |\hat a - \hat b|^2` is the cosine distance,

    .. math:: \tfrac12 \left( \overline{\min_q \tfrac12 |\hat f_p - \hat f_q^*|^2}^{\,p}
              + \overline{\min_p \tfrac12 |\hat f_p - \hat f_q^*|^2}^{\,q} \right)

    The first half, that of Li and Wand, makes each place look like some place of the style and keeps strokes whole;
    alone it is content with a few of them. By the second, each place of the style is found in the image: what the
    style has, the picture gets. Kolkin et al. take the larger half, the relaxed earth mover's distance; the mean has
    no kink between them, where a line search stumbles. Activations are centered, or all cosines are near 1.

    Read from the third block on: 1024 places, drawn once, cover a deep layer, whose activations see far; of a shallow
    one they cover a hundredth, and the picture would be pulled at scattered dots. It says nothing of how strong
    activations are, so of color and contrast little: an addition to `covariance` more than a style by itself.

    The statistic is (B, 1024, C + 1): directions, and behind each how much its place counts.

    References:
        Li, Wand: Combining Markov Random Fields and Convolutional Neural Networks for Image Synthesis (2016),
        https://arxiv.org/abs/1601.04589, with patches of 3 x 3 places where here is one.
        Kolkin, Salavon, Shakhnarovich: Style Transfer by Relaxed Optimal Transport and Self-Similarity (2019),
        https://arxiv.org/abs/1904.12785
    """

    reference = "style"
    first_block = 3

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        shares = mask_weights(precise(feature[:, :1]), mask).flatten(1).expand(len(feature), -1)  # (B, HW)
        rows = feature.permute(0, 2, 3, 1).flatten(1, 2)  # (B, HW, C), a view of a channels-last feature
        return torch.stack([directions(*one) for one in zip(rows, shares, strict=True)])

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        halves = [
            (mean_distance(one, other) + mean_distance(other, one)) / 2
            for one, other in zip(statistic, target, strict=True)
        ]
        return torch.stack(halves)


def directions(rows: Tensor, shares: Tensor) -> Tensor:
    """Return the directions of a sample of rows (N, C), each with its share, (1024, C + 1)."""
    places, shares = sample(shares)
    rows = precise(rows.index_select(0, places)) * (shares > 0)[:, None]
    rows = rows - shares @ rows
    square = rows.square().sum(1)
    length = (square + FAINT * (shares @ square) + 1e-12).sqrt()
    return torch.cat([rows / length[:, None], shares[:, None]], dim=1)


def sample(shares: Tensor) -> tuple[Tensor, Tensor]:
    """Return 1024 places of those with shares (N,), and how much each counts: all of them where there are fewer.

    Of more, so many as their shares say, at equal steps through a shuffled pack; each counts alike then.
    """
    number = len(shares)
    if number <= PLACES:
        places = torch.arange(PLACES, device=shares.device).clamp(max=number - 1)
        return places, torch.nn.functional.pad(shares, (0, PLACES - number))
    order = shuffled(number, shares.device)
    below = shares[order].cumsum(0)
    steps = (torch.arange(PLACES, dtype=shares.dtype, device=shares.device) + 0.5) / PLACES * below[-1]
    return order[torch.searchsorted(below, steps)], torch.full_like(steps, 1 / PLACES)


def mean_distance(some: Tensor, among: Tensor) -> Tensor:
    """Return the mean distance of places (M, C + 1) to the nearest of others, 0-d."""
    rows, others = some[:, :-1], among[:, :-1]
    with torch.no_grad():  # half the squared distance, but for what all others have in common
        unlike = (others.square().sum(1) / -2).masked_fill_(among[:, -1] <= 0, -torch.inf)
        nearest = torch.addmm(unlike, rows, others.T).argmax(1)
    return some[:, -1] @ (rows - others.index_select(0, nearest)).square().sum(1) / 2
