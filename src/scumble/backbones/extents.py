"""How the positions of a layer lie over the picture: how far apart, how much each sees, how many there are."""

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from torch import nn

from scumble.errors import PluginFailed


@dataclass(frozen=True)
class Window:
    """How the positions of a layer see those of the layer before: along each side, and alike in both.

    Args:
        kernel: from the first position that is seen to the last, both included.
        stride: from one window to the next.
        padding: positions by which the first window begins before the first position.
        channels: of the result; None for as many as it is given.
        least: positions without which the layer cannot be computed, as of one that mirrors its edges.
        spent: whether a ReLU right behind it leaves nothing of the result, so that it takes no memory by itself.
    """

    kernel: int = 1
    stride: int = 1
    padding: int = 0
    channels: int | None = None
    least: int = 1
    spent: bool = False


@runtime_checkable
class Windowed(Protocol):
    """A module that says how its positions see those before."""

    def window(self) -> Window:
        """Return how each position of the result sees what the module is given."""
        ...


@dataclass(frozen=True)
class Extent:
    """How the positions of a layer lie over the picture.

    Position `p` sees the pixels from `p * stride - before` to `p * stride + after`, both included. A side of `n`
    pixels has `(n + spare) // stride + 1` positions: floors of floors are one floor.

    Args:
        stride: pixels from one position to the next.
        before: pixels that a position sees before its own.
        after: those that it sees after its own.
        spare: of the formula above; the picture itself has -1.
        least: the side of the smallest picture that reaches the layer.
        channels: of the layer.
        kept: numbers that are kept for each pixel of the picture, up to and with this layer.
        everywhere: whether each position sees the whole picture; then `before` and `after` mean nothing.
    """

    stride: int = 1
    before: int = 0
    after: int = 0
    spare: int = -1
    least: int = 1
    channels: int = 3
    kept: float = 0.0
    everywhere: bool = False

    def positions(self, side: int) -> int:
        """Return how many positions a side of so many pixels has.

        Example:
            >>> Extent().positions(7), Extent(stride=2, spare=-2).positions(7)
            (7, 3)
        """
        return max(0, (side + self.spare) // self.stride + 1)

    def seen_through(self, window: Window) -> "Extent":
        """Return the extent of a layer whose positions see those of this one through a window.

        Example:
            >>> Extent().seen_through(Window(3, padding=1)).seen_through(Window(2, 2))
            Extent(stride=2, before=1, after=2, spare=-2, least=2, channels=3, kept=3.75, everywhere=False)
        """
        needed = max(1, window.least, window.kernel - 2 * window.padding)
        stride, channels = self.stride * window.stride, window.channels or self.channels
        return replace(
            self,
            stride=stride,
            before=self.before + window.padding * self.stride,
            after=self.after + (window.kernel - 1 - window.padding) * self.stride,
            spare=self.spare + self.stride * (1 + 2 * window.padding - window.kernel),
            least=max(self.least, (needed - 1) * self.stride - self.spare),
            channels=channels,
            kept=self.kept + (0 if window.spent else channels / stride**2),
        )


POINTWISE = (
    nn.BatchNorm2d, nn.CELU, nn.ELU, nn.GELU, nn.Hardsigmoid, nn.Hardswish, nn.Hardtanh, nn.Identity, nn.LeakyReLU,
    nn.LogSigmoid, nn.Mish, nn.PReLU, nn.ReLU, nn.ReLU6, nn.SELU, nn.SiLU, nn.Sigmoid, nn.Softplus, nn.Softsign,
    nn.Tanh,
)  # fmt: skip
"""Of torch's own modules, those each of whose positions sees its own alone; kept statistics see nothing."""


def window_of(module: nn.Module, name: str) -> Window:
    """Return how the positions of a module see those before.

    Args:
        module: one that has a `window`, or one of torch's own that has one here.
        name: of the layer, for the message.

    Raises:
        PluginFailed: nothing says so; guessed, pictures in tiles would be wrong.
    """
    if isinstance(module, Windowed):
        return module.window()
    window = _of_torch(module)
    if window is None:
        raise PluginFailed(
            f"the layer {name!r} is of type {type(module).__name__}, which does not say what its positions see",
            "give it a method window() that returns a Window, or make the backbone a Foreign, which measures it",
        )
    return window


def _of_torch(module: nn.Module) -> Window | None:
    """Return the window of one of torch's own modules, None of any other or where both sides differ."""
    if type(module) in POINTWISE:
        return Window()
    if type(module) is nn.Conv2d:
        return of_convolution(module)
    if type(module) in (nn.MaxPool2d, nn.AvgPool2d):
        sides = [_side(getattr(module, each, 1)) for each in ("kernel_size", "stride", "padding", "dilation")]
        if getattr(module, "ceil_mode", False) or None in sides:
            return None
        kernel, stride, padding, dilation = (side or 0 for side in sides)
        return Window(dilation * (kernel - 1) + 1, stride, padding)
    return None


def of_convolution(conv: nn.Conv2d) -> Window | None:
    """Return the window of a convolution, None where its two sides differ or its edges come from afar."""
    named = {"same": None, "valid": 0}
    given = named.get(conv.padding) if isinstance(conv.padding, str) else _side(conv.padding)
    kernel, stride, dilation = map(_side, (conv.kernel_size, conv.stride, conv.dilation))
    if kernel is None or stride is None or dilation is None or conv.padding_mode == "circular":
        return None
    wide = dilation * (kernel - 1) + 1
    if conv.padding == "same" and wide % 2:
        given = wide // 2
    if given is None:
        return None
    least = given + 1 if conv.padding_mode == "reflect" else 1
    return Window(wide, stride, given, conv.out_channels, least)


def _side(given: object) -> int | None:
    """Return the one number of a pair of equal ones, or of a number."""
    first, second = given if isinstance(given, tuple) else (given, given)
    return first if isinstance(first, int) and first == second else None


def extents_of(named: list[tuple[str, nn.Module]]) -> dict[str, Extent]:
    """Return the extents of a picture, called `image`, and of the layers of a chain, by name.

    Raises:
        PluginFailed: a layer does not say what its positions see, or two have one name.
    """
    extent = Extent()
    found = {"image": extent}
    behind = [type(layer) for _, layer in named[1:]]
    for (name, layer), then in zip(named, [*behind, None], strict=True):
        if name in found:
            raise PluginFailed(
                f"two layers of the backbone are called {name!r}", "give each a name of its own"
            )
        window = window_of(layer, name)
        extent = extent.seen_through(
            replace(window, spent=isinstance(layer, nn.Conv2d) and then is nn.ReLU) if then else window
        )
        found[name] = extent
    return found
