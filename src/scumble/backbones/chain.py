"""Through a network's layers and back by hand.

What is saved: a convolution's result before its ReLU, a new array at each of the three ways that a gradient takes
through a layer (sum, ReLU, pad), and the zeros that gradients of pools and pads begin as. With the bundled network at
512 x 384, in float32 on two cores with AVX2, an evaluation layer by layer under autograd takes 1.09 times as long; in
bfloat16 with AMX the whole evaluation in plain torch takes 2.5 times as long (`benchmarks/speed/plain.py`).
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn
from torch.autograd import Function

from scumble.backbones.layers import Conv, Pool
from scumble.backbones.passes import add_to, where_positive

Named = Sequence[tuple[str, nn.Module]]


def by_hand(layers: Named) -> bool:
    """Whether `Chain` can go through these layers: of the kinds it knows, and with weights that are frozen."""
    return all(
        isinstance(layer, Conv | Pool | nn.ReLU) and not any(p.requires_grad for p in layer.parameters())
        for _, layer in layers
    )


class Chain(Function):
    """Read the named layers of a chain; the gradient of all of them comes back as one."""

    @staticmethod
    def forward(ctx: Any, activation: Tensor, layers: Named, wanted: Sequence[str]) -> tuple[Tensor, ...]:
        results = [shape_of(activation)]  # what each layer reads, and in the end the last one's result
        features: dict[str, Tensor] = {}
        for position, (name, layer) in enumerate(layers):
            if isinstance(layer, Conv) and is_rectified(layers, position, wanted):
                activation = layer.rectified(activation)
            elif not (isinstance(layer, nn.ReLU) and is_rectified(layers, position - 1, wanted)):
                activation = layer(activation)
            results.append(shape_of(activation) if isinstance(layer, Pool) else activation)
            if name in wanted:
                features[name] = activation
        ctx.layers, ctx.wanted = layers, wanted
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*results)
        return tuple(features[name] for name in wanted)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor | None) -> tuple[Tensor | None, None, None]:
        results = ctx.saved_tensors
        arriving = dict(zip(ctx.wanted, gradients, strict=True))
        gradient: Tensor | None = None  # of the layer's result, and ours to change
        for position in reversed(range(len(ctx.layers))):
            name, layer = ctx.layers[position]
            new = arriving.get(name)
            if new is not None:
                gradient = new.clone() if gradient is None else add_to(gradient, new)
            if gradient is None:
                continue
            if isinstance(layer, nn.ReLU):
                gradient = where_positive(gradient, results[position + 1])
            else:
                gradient = layer.pull_back(gradient, results[position])
        return gradient, None, None


def is_rectified(layers: Named, position: int, wanted: Sequence[str]) -> bool:
    """Whether of a convolution only the ReLU is asked for: the way back then asks where that is above 0."""
    if position < 0 or position + 1 == len(layers) or layers[position][0] in wanted:
        return False
    return isinstance(layers[position][1], Conv) and isinstance(layers[position + 1][1], nn.ReLU)


def shape_of(feature: Tensor) -> Tensor:
    """Return a stand-in for a feature of which only the shape will be asked: one number of memory."""
    return feature.new_empty(1).expand(feature.shape)
