"""Styles turned and mirrored, as more of the same paint: brush strokes in every direction."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from scumble.regions.found import Regions


def turned(picture: Tensor, turns: Sequence[str]) -> list[Tensor]:
    """Return a picture (1, C, H, W) and its turned copies.

    Args:
        picture: any picture, or masks of one.
        turns: degrees counterclockwise, `90`, `180` and `270`; `flip` mirrors the picture and each turned copy.

    Example:
        >>> copies = turned(torch.zeros(1, 3, 20, 30), ["90", "flip"])
        >>> [tuple(copy.shape[2:]) for copy in copies]
        [(20, 30), (30, 20), (20, 30), (30, 20)]
    """
    copies = [torch.rot90(picture, int(turn) // 90, (2, 3)) for turn in ("0", *turns) if turn != "flip"]
    return copies + [copy.flip(3) for copy in copies] if "flip" in turns else copies


def with_turns(
    styles: Sequence[Tensor], shares: Sequence[float], regions: Regions | None, turns: Sequence[str]
) -> tuple[list[Tensor], list[float], Regions | None]:
    """Return the styles with their turned copies, each with an equal part of the style's share, and their regions."""
    if not turns:
        return list(styles), list(shares), regions
    copies = [turned(style, turns) for style in styles]
    parts = [share / len(each) for share, each in zip(shares, copies, strict=True) for _ in each]
    if regions is not None:
        masks, repeats = (
            tuple(copy for style in parts for copy in turned(style, turns))
            for parts in (regions.styles, regions.repeats)
        )
        regions = replace(regions, styles=masks, repeats=repeats)
    return [copy for each in copies for copy in each], parts, regions
