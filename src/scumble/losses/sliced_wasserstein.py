"""Match the whole distribution of the channel vectors, seen along random directions."""

from functools import lru_cache

import torch
from torch import Tensor

from scumble.losses.base import Loss, exact, losses
from scumble.losses.quantiles import quantiles_along, relative_transport
from scumble.losses.sampling import seeded

CPU = torch.device("cpu")
DIRECTIONS = 64  # at least; a layer with more channels has as many as channels, so that none goes unseen


@losses("sliced-wasserstein")
class SlicedWassersteinLoss(Loss):
    r"""Compare the distributions of the channel vectors along random directions, relative to the style's spread.

    .. math:: \sum_{\theta} W_2^2(\{\theta^\top f_p\}, \{\theta^\top f_p^*\}) /
              \sum_{\theta} \mathrm{var}(\theta^\top f^*)

    In one dimension the best transport pairs values by rank, so :math:`W_2^2` compares sorted projections: here the
    mean of each 64th of them, (B, K, 64), with means and the rest apart, and a 4 in front, as `relative_transport`
    says. It is 0 only where all moments agree, not just the first two.

    Heitz et al. draw new directions at each step. Here they are fixed: L-BFGS needs one and the same objective.

    Reference:
        Heitz, Vanhoey, Chambon, Belcour: A Sliced Wasserstein Loss for Neural Texture Synthesis (2021),
        https://arxiv.org/abs/2006.07229
    """

    reference = "style"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return quantiles_along(
            random_directions(feature.shape[1], feature.device, exact(feature.dtype)), feature, mask
        )

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        return relative_transport(statistic, target)


@lru_cache(maxsize=32)
def random_directions(
    channels: int, device: torch.device = CPU, precision: torch.dtype = torch.float64
) -> Tensor:
    """Return unit vectors as columns, (C, K), the same ones each time: as many as channels, in 64s."""
    number = -(-max(channels, DIRECTIONS) // DIRECTIONS) * DIRECTIONS
    drawn = torch.randn(channels, number, generator=seeded(), dtype=torch.float64)
    return torch.nn.functional.normalize(drawn, dim=0).to(device, precision)
