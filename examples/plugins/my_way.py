"""A way to paint of one's own, to copy and change: a poster in a few tones, made in one pass.

    scumble stylize examples/chelsea.png examples/styles/stained-glass.jpg \\
        --plugin examples/plugins/my_way.py --way poster

In the place of the rounding may stand a network that paints, loaded once in the class: it is given the content and
the styles as tensors on the run's device, and returns a picture of the content's size.
"""

from collections.abc import Iterator

from scumble.engine.ground import Ground
from scumble.engine.step import Step
from scumble.ways.base import Way, ways

TONES = 6  # of each color


@ways("poster")  # the name behind --way
class Poster(Way):
    """Paint the content in six tones of each color."""

    def paint(self, ground: Ground) -> Iterator[Step]:
        """Yield the only step."""
        scene = ground.scene(ground.plan.scales[-1])  # content and styles, (1, 3, H, W), in [0, 1]
        image = (scene.content * (TONES - 1)).round() / (TONES - 1)
        yield ground.step(scene, image)  # with masks, transparency and --color, as any picture
