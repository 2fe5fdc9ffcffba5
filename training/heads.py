"""Heads for a network that comes without: fitted before it is trained further."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.student import Student
from training.teacher import Teacher

POSITIONS = 6000  # of each layer, at most


def fit_heads(student: Student, teacher: Teacher, crops: Tensor, steps: int = 150) -> None:
    """Fit each head by least squares without its ReLU, then by Adam with it, on a sample of positions.

    Args:
        student: its heads are changed in place.
        teacher: what they should predict.
        crops: (B, 3, side, side).
        steps: of Adam; 20 to 30 s in all on one core.
    """
    with torch.no_grad():
        pairs = [(student(part), teacher(part)) for part in torch.split(crops, 16)]
    for name in student.heads:
        feature = torch.cat([_rows(own[name]) for own, _ in pairs])
        taught = torch.cat([_rows(other[name]) for _, other in pairs])
        sample = torch.randperm(len(feature), generator=torch.Generator().manual_seed(0))[:POSITIONS]
        _fit_head(student, name, feature[sample], taught[sample], steps)


def _rows(feature: Tensor) -> Tensor:
    return feature.permute(0, 2, 3, 1).flatten(0, 2)  # (B H W, C)


def _fit_head(student: Student, name: str, feature: Tensor, taught: Tensor, steps: int) -> None:
    head = student.heads[name]
    assert isinstance(head, nn.Conv2d)
    assert head.bias is not None
    own = torch.cat([feature, torch.ones_like(feature[:, :1])], 1)
    ridge = 1e-4 * own.square().mean() * len(own) * torch.eye(own.shape[1], device=own.device)
    solution = torch.linalg.solve(own.mT @ own + ridge, own.mT @ taught)  # (C + 1, K)
    with torch.no_grad():
        head.weight.copy_(solution[:-1].mT[..., None, None])
        head.bias.copy_(solution[-1])
    adam = torch.optim.Adam(head.parameters(), 0.1 * float(head.weight.detach().abs().mean()))
    for _ in range(steps):
        predicted = F.linear(feature, head.weight[..., 0, 0], head.bias).relu()
        adam.zero_grad()
        torch.autograd.backward(F.mse_loss(predicted, taught) / taught.var())
        adam.step()
