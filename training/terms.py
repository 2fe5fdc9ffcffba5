"""How far a student is from its teacher."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from training.student import Student
from training.teacher import Teacher

Features = Mapping[str, Tensor]
PULLED = ("relu2_1", "relu3_1", "relu4_1", "relu5_1")  # in turn
FLAT = 1e-3  # of the batch: the covariance of a crop with nothing in it
POSITIONS = 512  # of each batch, whose inner products are compared


def errors(student: Student, own: Features, taught: Features) -> tuple[Tensor, dict[str, Tensor]]:
    """Return each layer's mean squared error over the variance of what the teacher says, and the predictions."""
    predicted = {name: student.predict(name, own[name]).float() for name in student.heads}
    found = [F.mse_loss(predicted[name], taught[name]) / taught[name].var() for name in student.heads]
    return torch.stack(found), predicted


def covariance_distance(predicted: Features, taught: Features) -> Tensor:
    """Return the relative squared distance of covariances, as a style loss has it, meaned over layers and crops."""
    found = []
    for name, target in taught.items():
        ours, theirs = (_centered(feature.float().flatten(2).mT) for feature in (predicted[name], target))
        ours, theirs = ours.mT @ ours, theirs.mT @ theirs  # (B, C, C)
        sizes = theirs.square().sum((1, 2))  # next to nothing for a crop of one color
        found.append(((ours - theirs).square().sum((1, 2)) / (sizes + FLAT * sizes.mean() + 1e-12)).mean())
    return torch.stack(found).mean()


def kernel_distances(own: Features, taught: Features) -> dict[str, Tensor]:
    r"""Return, layer by layer, how differently two networks see what is alike: 1 minus the cosine of their kernels.

    A style loss sees activations only through inner products of positions: with centered channel vectors,
    :math:`\langle \Sigma_a, \Sigma_b \rangle` is the mean of :math:`(f_p \cdot f_q)^2` over positions p of picture a
    and q of picture b. A network whose inner products are the teacher's, up to a factor, has its style loss,
    whatever its channels are. Compared are those of 512 positions of the batch, centered crop by crop, and those of
    the crops' means.

    Reference:
        Kornblith et al.: Similarity of Neural Network Representations Revisited (2019), https://arxiv.org/abs/1905.00414
    """
    found = {}
    for name, target in taught.items():
        share = max(1, target.shape[-1] * target.shape[-2] * target.shape[0] // POSITIONS)
        rows = [feature.float().flatten(2).mT for feature in (own[name], target)]  # (B, HW, C)
        means = _unlikeness(*(part.mean(1) for part in rows))
        textures = _unlikeness(*(_centered(part)[:, ::share].flatten(0, 1) for part in rows))
        found[name] = (means + textures) / 2
    return found


def _centered(rows: Tensor) -> Tensor:
    return rows - rows.mean(1, keepdim=True)


def _unlikeness(ours: Tensor, theirs: Tensor) -> Tensor:
    one, other = ours @ ours.mT, theirs @ theirs.mT
    return 1 - F.cosine_similarity(one.flatten(), other.flatten(), dim=0)


def gradient_distance(student: Student, teacher: Teacher, image: Tensor, step: int) -> Tensor:
    """Return 1 minus the cosine between what a layer's features pull at in the picture, here and at the teacher.

    The pull is the gradient of a random projection of the predicted activations, another one in every step.

    Args:
        student: with its heads.
        teacher: what they should predict.
        image: (B, 3, H, W); a double backward pass costs as much as 3 updates of so many crops.
        step: seed of the projection, and which layer.
    """
    name = PULLED[step % len(PULLED)]
    image = image.detach().requires_grad_()
    taught = teacher.features(image)[name]
    projection = torch.randn(taught.shape, generator=torch.Generator().manual_seed(step)).to(taught)
    (theirs,) = torch.autograd.grad((taught * projection).sum(), image)
    predicted = student.predict(name, student(image)[name])
    (ours,) = torch.autograd.grad((predicted * projection).sum(), image, create_graph=True)
    return 1 - F.cosine_similarity(ours.float().flatten(1), theirs.float().flatten(1)).mean()
