"""The bundled network from nothing, all phases in one command: `python -m training.network --help`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from training.recipe import Recipe
from training.train import train

app = App(name="network", help=__doc__)


def phases(pictures: tuple[Path, ...], teacher: Path, out: Path) -> list[Recipe]:
    """Return the runs that made the bundled network; each goes on from the file of the one before.

    The first learns the teacher's activations, the second goes on with that at a lower rate, and the third learns
    from more scales and how activations pull on the picture, too, as is the rule since.
    """
    first = Recipe(
        pictures, teacher, out / "first", steps=5000, rate=3e-3, seed=0, gradient=0.0, scales=(0.6, 2.0)
    )
    second = replace(
        first, out=out / "second", start=out / "first" / "compact.safetensors", steps=2600, rate=1e-3, seed=1
    )
    third = replace(
        second, out=out / "third", start=out / "second" / "compact.safetensors", steps=8500, seed=2,
        gradient=0.3, scales=(0.4, 3.0),
    )  # fmt: skip
    return [first, second, third]


@app.default
def network(
    *,
    pictures: Annotated[tuple[Path, ...], Parameter(help="folders of pictures")],
    teacher: Annotated[Path, Parameter(help="safetensors file of the teacher")],
    out: Annotated[Path, Parameter(help="folder for all runs")] = Path("runs/network"),
) -> None:
    """Train all phases, each from where it was left off; one that is done is not repeated."""
    for recipe in phases(pictures, teacher, out):
        if not (recipe.out / f"{recipe.backbone}.safetensors").exists():
            train(recipe)


if __name__ == "__main__":
    app()
