"""The picture of `without_scumble.py`, with Scumble.

python examples/with_scumble.py examples/coffee.jpg examples/styles/strokes.jpg coffee.png
"""

import argparse
from typing import Any

import scumble


def paint(content: str, style: str, **options: Any) -> scumble.Result:
    """Paint as the exercise does, with the network that is bundled, in the arithmetic of plain PyTorch."""
    exercise = scumble.Options(preset="coursera", backbone="compact", precision="float32")
    return scumble.stylize(content, style, exercise, **options)


def report(step: scumble.Step) -> None:
    """Print the costs at every twentieth step."""
    if step.number % 20 == 1:
        print(step.number - 1, {name: f"{cost:.4g}" for name, cost in step.costs().items()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Paint a content in a style, with Scumble.")
    for name in ("content", "style", "output"):
        parser.add_argument(name)
    parser.add_argument("--size", default="400x300")
    parser.add_argument("--steps", type=int, default=200)
    asked = parser.parse_args()
    painted = paint(asked.content, asked.style, size=asked.size, steps=asked.steps, on_step=report)
    painted.save(asked.output)
