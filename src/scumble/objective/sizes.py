"""Whether pictures are large enough for the layers that read them, told before anything is painted."""

from scumble.backbones.base import Backbone
from scumble.objective.compared import Compared
from scumble.plan.plan import Plan


def require_sizes(plan: Plan, backbone: Backbone) -> None:
    """Raise `ImageError` where a scale has a picture too small for its layers, and say which.

    A picture too small at the last scale, too, needs another size; else it is enough to begin at a larger scale.

    Args:
        plan: of the run; one without steps reads nothing.
        backbone: reads the layers.
    """
    if not plan.steps:
        return
    layers = Compared(plan.options, backbone, plan.shares).all_layers()
    named = [("content", plan.content), *(("style", style) for style in plan.styles)]
    for scale, hint in (
        (
            plan.scales[-1],
            "ask for a larger --size, or for shallower layers; a narrow picture may be cropped",
        ),
        (plan.scales[0], "ask for a larger --coarsest or --size, or for shallower layers"),
    ):
        sizes = [scale.size, *plan.style_sizes(scale)]
        for (kind, picture), (width, height) in zip(named, sizes, strict=True):
            backbone.require_size(height, width, layers, f"the {kind} {picture.name!r}", hint)
