"""Match mean and covariance in the style's own measure: the default style loss."""

import torch
from torch import Tensor

from scumble.losses.base import losses, relative_squared_distance
from scumble.losses.covariance import MomentsApart

FLOOR = 1e-2  # of the mean variance, added to every direction: those that hardly vary are not blown up


def blank(mean: Tensor) -> Tensor:
    """Return the trace of a covariance that is not divided by, (B,): a blank picture's has rounding errors alone."""
    return 1e-3 * mean.square().sum(-1) + 1e-12


@losses("whitened")
class WhitenedLoss(MomentsApart):
    r"""Compare covariances after half whitening by the style's, so that its finer habits count, too.

    .. math:: |W (\Sigma - \Sigma^*) W|_F^2 / |W \Sigma^* W|_F^2 + |\mu - \mu^*|^2 / |\mu^*|^2,
              \qquad W = (\Sigma^* + \epsilon I)^{-1/4}

    In `covariance` the few directions in which the style varies most, mostly light and dark, decide alone:
    an entry between directions of variances :math:`\lambda_i, \lambda_j` counts as it is, here divided by
    :math:`\sqrt{\lambda_i \lambda_j}`. Near the target that is about how optimal transport between Gaussians
    weighs it, which divides by :math:`\lambda_i + \lambda_j`, at the cost of two small products.

    The target holds :math:`\Sigma^*`, :math:`\mu^*` and :math:`W` side by side, (B, C, 2 C + 1).

    Reference:
        Bhatia, Jain, Lim: On the Bures-Wasserstein distance between positive definite matrices (2019),
        https://arxiv.org/abs/1712.01504
    """

    def target(self, statistic: Tensor) -> Tensor:
        values, vectors = torch.linalg.eigh(statistic[..., :-1].double())  # (B, C), (B, C, C)
        floor = (
            FLOOR * values.mean(-1, keepdim=True).clamp(min=0)
            + blank(statistic[..., -1])[:, None] / values.shape[-1]
        )
        roots = (values.clamp(min=0) + floor).pow(-0.25)
        whitener = (vectors * roots[..., None, :]) @ vectors.mT
        return torch.cat([statistic, whitener.to(statistic)], dim=-1)

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        channels = statistic.shape[-2]
        covariance, mean = target[..., :channels], target[..., channels]
        whitener = target[..., channels + 1 :]
        ours, theirs = (whitener @ each @ whitener for each in (statistic[..., :channels], covariance))
        # A blank picture's covariance is not divided by: one a thousand times smaller than the squared mean.
        floor = 1e-3 * mean.square().sum(-1) + 1e-12
        return relative_squared_distance(ours, theirs, floor) + relative_squared_distance(
            statistic[..., -1], mean
        )
