"""Losses of plugins: what they give is looked at where ours would be trusted, so that an error names them."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from scumble.errors import PluginFailed
from scumble.losses.base import Loss
from scumble.plugins import plugin_of

ASKED = {
    "statistic": "a tensor of floats with a row for each picture of the batch, (B, ...), on the feature's device",
    "distance": "a tensor of floats, (B,): one for each statistic of the batch, on their device",
}
FLOW = "compute it from the feature with torch alone: no detach, item, numpy or no_grad on the way"


def wrong(loss: Loss, name: str, method: str, what: str, hint: str = "") -> PluginFailed:
    """Return the error for what a method of a loss gave."""
    plugin = plugin_of(type(loss).__module__)
    gave = f"the plugin {plugin!r}: {method} of the loss {name!r} gives {what}"
    return PluginFailed(
        f"{gave}; it should be {ASKED[method]}", hint or "the guide on plugins has an example"
    )


def tensor_flaw(found: Any, like: Tensor) -> str:
    """Return what keeps an object from being a tensor like another in kind and device; empty if nothing does."""
    if not isinstance(found, Tensor):
        return f"an object of type {type(found).__name__}"
    if not found.is_floating_point():
        return f"a tensor of {found.dtype}"
    return f"a tensor on {found.device}" if found.device != like.device else ""


def follows(found: Tensor, picture: Tensor) -> bool:
    """Whether a gradient flows back from what was found to the picture, where one is asked for."""
    return found.requires_grad or not (picture.requires_grad and torch.is_grad_enabled())


def watched(loss: Loss, name: str) -> Loss:
    """Return a loss whose statistic is looked at, if it is a plugin's; any other as it is."""
    if plugin_of(type(loss).__module__) is None:
        return loss

    def statistic(self: Loss, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        found = kind.statistic(self, feature, mask)
        if what := tensor_flaw(found, feature):
            raise wrong(self, name, "statistic", what)
        if not found.ndim or len(found) != len(feature):
            raise wrong(self, name, "statistic", f"a tensor of shape {tuple(found.shape)} for {len(feature)}")
        if not follows(found, feature):
            raise wrong(self, name, "statistic", "what does not depend on the picture", FLOW)
        return found

    kind = type(loss)
    named = {"statistic": statistic, "__module__": kind.__module__, "__doc__": kind.__doc__}
    loss.__class__ = type(kind.__name__, (kind,), named)
    return loss


def distance_to(loss: Loss, name: str, target: Tensor) -> Callable[[Tensor], Tensor]:
    """Return how far statistics are from a target; what a plugin says of that is looked at."""
    measure = loss.against(target)
    if plugin_of(type(loss).__module__) is None:
        return measure
    if not bool(target.isfinite().all()):
        raise wrong(
            loss, name, "statistic", "numbers that are not finite, of a picture that is to be compared with"
        )

    def distance(statistic: Tensor) -> Tensor:
        if statistic.shape != target.shape:
            sizes = f"shape {tuple(statistic.shape)} of one picture and {tuple(target.shape)} of another"
            raise wrong(loss, name, "statistic", sizes, "its shape must not depend on the size of a style")
        found = measure(statistic)
        if what := tensor_flaw(found, statistic):
            raise wrong(loss, name, "distance", what)
        if found.shape != statistic.shape[:1]:
            raise wrong(
                loss, name, "distance", f"a tensor of shape {tuple(found.shape)} for {len(statistic)}"
            )
        if not follows(found, statistic):
            raise wrong(loss, name, "distance", "what does not depend on the picture", FLOW)
        return found.to(target.dtype)

    return distance
