"""Colors alone: the content in those of the styles, without a stroke."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scumble.ways.base import Way, ways

if TYPE_CHECKING:
    from scumble.engine.ground import Ground
    from scumble.engine.step import Step


@ways("recolor")
class Recolor(Way):
    """Give the content the styles' colors, region by region, and paint nothing; at strength 0 it is the content."""

    def paint(self, ground: "Ground") -> Iterator["Step"]:
        """Yield the content as it is shown."""
        scene = ground.scene(ground.plan.scales[-1])
        yield ground.step(scene, scene.content)
