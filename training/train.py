"""Distil the bundled network: `make train`, or `python -m training.train --help`."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
from cyclopts import App, Parameter
from torch import Tensor
from torch.utils.data import DataLoader

from training.export import export
from training.pictures import Crops, load_pictures
from training.student import Student
from training.teacher import Teacher


@Parameter(name="*")
@dataclass(frozen=True)
class Recipe:
    """How to train."""

    pictures: Annotated[tuple[Path, ...], Parameter(help="folders of pictures")]
    teacher: Annotated[Path, Parameter(help="safetensors file of the teacher")]
    out: Annotated[Path, Parameter(help="folder of checkpoint, log and result")] = Path("runs/compact")
    steps: Annotated[int, Parameter(help="updates in all")] = 5000
    batch: Annotated[int, Parameter(help="crops in one update")] = 12
    side: Annotated[int, Parameter(help="side of a crop, pixels")] = 128
    rate: Annotated[float, Parameter(help="highest learning rate of the one-cycle schedule")] = 3e-3
    seed: Annotated[int, Parameter(help="of crops and first weights")] = 0
    workers: Annotated[int, Parameter(help="processes that cut crops")] = 1
    until: Annotated[int | None, Parameter(help="leave off at this update, to go on another time")] = None


class Training:
    """A student, its optimizer and how far they have come; saved every 100 steps and resumed from there."""

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device, self.step = recipe, device, 0
        self.student = Student().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimizer = torch.optim.AdamW(self.student.parameters(), lr=recipe.rate, weight_decay=1e-4)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, recipe.rate, total_steps=recipe.steps, pct_start=0.1
        )
        self.checkpoint = recipe.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self.restore(torch.load(self.checkpoint, map_location=device, weights_only=True))

    def restore(self, saved: dict[str, Any]) -> None:
        self.step = saved["step"]
        self.student.load_state_dict(saved["student"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.schedule.load_state_dict(saved["schedule"])

    def save(self) -> None:
        parts = {"student": self.student, "optimizer": self.optimizer, "schedule": self.schedule}
        state = {name: part.state_dict() for name, part in parts.items()}
        partial = self.checkpoint.with_suffix(".partial")
        torch.save({"step": self.step, **state}, partial)
        partial.replace(self.checkpoint)

    def update(self, image: Tensor, taught: dict[str, Tensor]) -> Tensor:
        """Make one optimizer update; return the error of each layer."""
        errors: Tensor = self.student.errors(image, taught)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(errors.sum())
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        return errors.detach()


def batches(recipe: Recipe, first_step: int) -> Iterator[Tensor]:
    """Yield the crops (batch, 3, side, side) of every step from `first_step` on."""
    crops = Crops(load_pictures(list(recipe.pictures), held_out=False), recipe.side, recipe.seed)
    last_step = recipe.steps if recipe.until is None else min(recipe.until, recipe.steps)
    wanted = range(first_step * recipe.batch, last_step * recipe.batch)
    loader = DataLoader(
        crops,
        recipe.batch,
        sampler=wanted,
        num_workers=recipe.workers,
        prefetch_factor=4 if recipe.workers else None,
    )
    yield from loader


def held_out_crops(recipe: Recipe) -> Tensor:
    """Return 64 crops (64, 3, side, side) of pictures that training never sees."""
    crops = Crops(load_pictures(list(recipe.pictures), held_out=True), recipe.side, seed=1, augment=False)
    return torch.stack([crops[number] for number in range(64)])


@torch.no_grad()
def validate(student: Student, teacher: Teacher, crops: Tensor) -> dict[str, float]:
    """Return the mean error of each layer, in batches of 16 crops."""
    errors = torch.stack([student.errors(batch, teacher(batch)) for batch in torch.split(crops, 16)]).mean(0)
    return dict(zip(student.heads, errors.tolist(), strict=True))


app = App(name="train", help=__doc__)


@app.default
def train(recipe: Recipe) -> None:
    """Train, or go on from the checkpoint in `--out`, and export the network when done."""
    recipe.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    training, teacher = Training(recipe, device), Teacher(recipe.teacher)
    teacher.weights = {name: weight.to(device) for name, weight in teacher.weights.items()}
    follow(training, teacher)
    training.save()
    if training.step < recipe.steps:
        return
    student = training.student.to("cpu").eval()
    crops = held_out_crops(recipe)
    errors = validate(student, Teacher(recipe.teacher), crops)
    told = {"steps": recipe.steps, "batch": recipe.batch, "side": recipe.side, "seed": recipe.seed}
    export(student, crops, recipe.out / "compact.safetensors", {**told, "errors": errors})


def follow(training: Training, teacher: Teacher) -> None:
    """Make the updates that are left, with a line in the log every 20 and a checkpoint every 100."""
    recipe, first, started = training.recipe, training.step, time.monotonic()
    with (recipe.out / "log.jsonl").open("a") as log:
        for crops in batches(recipe, first):
            image = crops.to(training.device, memory_format=torch.channels_last)
            errors = training.update(image, teacher(image))
            if training.step % 20 == 0:
                row = {
                    "step": training.step,
                    "errors": [round(error, 4) for error in errors.tolist()],
                    "s/step": round((time.monotonic() - started) / (training.step - first), 3),
                }
                print(json.dumps(row), file=log, flush=True)
            if training.step % 100 == 0:
                training.save()


if __name__ == "__main__":
    app()
