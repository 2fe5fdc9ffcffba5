"""What is compared, and with what network."""

from typing import Annotated, Literal

from cyclopts import Parameter
from pydantic import Field

from scumble.errors import BadOption, several
from scumble.options.frozen import Frozen
from scumble.options.values import LOSSES, Few, Layers, LayersOfStyles, Part, Weights, shown
from scumble.registry import names


class Losses(Part):
    """What is compared, and with what network."""

    backbone: Annotated[str, LOSSES] = Field(
        "compact", description=f"The network that sees: {', '.join(names('backbones'))}."
    )
    pooling: Annotated[Literal["own", "max", "average"], LOSSES] = Field(
        "own", description="How the network halves its maps; own is max for VGG, average for compact."
    )
    input: Annotated[Literal["normalized", "0-255", "raw"], LOSSES] = Field(
        "normalized",
        description="What the network reads: pixels as its weights expect them; the same in the units of "
        "0-255 networks; or raw, [0, 1] as it is.",
    )
    weight: Annotated[Weights, Few, LOSSES, Parameter(show_default=shown)] = Field(
        Frozen(content=0.2, covariance=1.0, roughness=10.0, range=1000.0, palette=1000.0),
        description="Weight of a loss, such as --weight.gram 2; 0 leaves it out. "
        f"Losses: {', '.join(names('losses'))}.",
    )
    content_layers: Annotated[Layers, LOSSES] = Field(
        Frozen(relu3_2=1.0),
        min_length=1,
        description="Layers of content losses, relu4_2, or with weights, relu3_2=0.5,relu4_2=0.5.",
    )
    style_layers: Annotated[LayersOfStyles, LOSSES] = Field(
        Frozen(relu1_1=0.52, relu2_1=0.26, relu3_1=0.13, relu4_1=0.06, relu5_1=0.03),
        min_length=1,
        description="Layers of style losses, relu1_1,relu2_1, or with weights, relu1_1=0.5,relu2_1=0.5; those of "
        "several styles with semicolons between.",
    )

    def layers_of_styles(self, number: int) -> list[dict[str, float]]:
        """Return the style layers of each of `number` styles, or of as many turned copies of each.

        Raises:
            BadOption: layers are given for another number of styles.
        """
        if isinstance(self.style_layers, dict):
            return [self.style_layers] * number
        copies, left = divmod(number, len(self.style_layers))
        if left or not copies:
            raise BadOption(
                f"style_layers are given for {several(len(self.style_layers), 'style')}, not for {number}"
            )
        return [layers for layers in self.style_layers for _ in range(copies)]
