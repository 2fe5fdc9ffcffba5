"""Backbones made from one that is loaded: none is ever changed, and weights that are the same are held once."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from scumble.backbones.base import Backbone
from scumble.backbones.layers import Pool, Pooling
from scumble.backbones.normalization import Normalization
from scumble.errors import BadOption


def remade(backbone: Backbone, change: Callable[[Tensor], Tensor] = lambda tensor: tensor) -> Backbone:
    """Return a copy of a backbone with what `change` makes of each tensor; one that it returns as it is is shared."""
    made: dict[int, Any] = {
        id(weight): nn.Parameter(change(weight).detach(), requires_grad=weight.requires_grad)
        for weight in backbone.parameters()
    }
    made |= {id(buffer): change(buffer) for buffer in backbone.buffers()}
    return deepcopy(backbone, made)


def computing(backbone: Backbone, precision: torch.dtype, device: torch.device | None = None) -> Backbone:
    """Return a backbone whose layers compute in a precision on a device, and hold their weights as they are used.

    The image stays as it is up to the layers, and so does what it is normalized with.
    """
    of_layers = {id(one) for one in (*backbone.features.parameters(), *backbone.features.buffers())}

    def change(tensor: Tensor) -> Tensor:
        there = device or tensor.device
        if id(tensor) not in of_layers or not tensor.is_floating_point():
            return tensor.to(there)
        layout = torch.channels_last if tensor.dim() == 4 else torch.preserve_format
        return tensor.to(there, precision, memory_format=layout)

    return remade(backbone, change)


def pooling_by(backbone: Backbone, kind: Pooling) -> Backbone:
    """Return a backbone that pools by maximum or by average.

    Raises:
        BadOption: it is no chain of layers, and pools in a way of its own.
    """
    if not backbone.chained:
        raise BadOption(
            f"{type(backbone).__name__} pools in a way of its own, not by {kind}",
            "--pooling own leaves it as it is",
        )
    other = remade(backbone)
    for layer in other.features:
        if isinstance(layer, Pool):
            layer.kind = kind
    return other


def reading_raw(backbone: Backbone) -> Backbone:
    """Return a backbone that reads RGB pixels in [0, 1] as they are: no mean, no scale, channels in their order."""
    plain = {
        id(backbone.mean): torch.zeros_like(backbone.mean),
        id(backbone.std): torch.ones_like(backbone.std),
    }
    raw = remade(backbone, lambda tensor: plain.get(id(tensor), tensor))
    normalization = Normalization("rgb", 1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    raw.normalization = replace(normalization, gain=backbone.normalization.gain)
    return raw


def rescaled(backbone: Backbone, gain: float) -> Backbone:
    """Return a backbone with every activation multiplied by `gain`, exactly, by its first weights and all biases.

    ReLU, pooling and convolution commute with a positive factor; what is no chain of them is multiplied in the end.
    """
    if not backbone.chained:
        other = remade(backbone)
        other.gain = backbone.gain * gain
        return other
    convolutions = [layer for layer in backbone.features if isinstance(layer, nn.Conv2d)]
    scaled = {id(convolutions[0].weight), *(id(one.bias) for one in convolutions if one.bias is not None)}
    return remade(backbone, lambda tensor: tensor * gain if id(tensor) in scaled else tensor)
