"""Whether the pictures are there and large enough for what reads them, told before anything is painted."""

from scumble.backbones.base import Backbone
from scumble.errors import BadOption
from scumble.objective.compared import Compared
from scumble.plan.plan import Plan


def require_sizes(plan: Plan, backbone: Backbone) -> None:
    """Raise `ImageError` where a scale has a picture too small for its layers, and say which.

    A picture too small at the last scale, too, needs another size; else it is enough to begin at a larger scale.

    Args:
        plan: of the run; one without steps reads nothing.
        backbone: reads the layers.

    Raises:
        BadOption: see `require_previous`.
    """
    if not plan.steps:
        return
    compared = Compared(plan.options, backbone, plan.shares)
    require_previous(plan, compared)
    layers = compared.all_layers()
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


def require_previous(plan: Plan, compared: Compared) -> None:
    """Raise `BadOption` where a loss lacks the previous picture, or none compares with one that was given."""
    readers = [name for name, loss in compared.losses.items() if loss.reference == "previous"]
    if readers and plan.previous is None:
        raise BadOption(
            f"the loss {readers[0]!r} compares with a previous picture, and none was given",
            f"--previous FILE names it, --weight.{readers[0]} 0 leaves the loss out",
        )
    if plan.previous and not readers:
        raise BadOption(
            f"the previous picture {plan.previous.picture.name!r} is given, and no loss compares with it",
            "--weight.previous 100 keeps near it",
        )
