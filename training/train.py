"""Distil the bundled network: `make train`, or `python -m training.train --help`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from cyclopts import App
from torch import Tensor

from training.export import export
from training.heads import fit_heads
from training.log import Log, Speed
from training.machine import Machine
from training.pictures import Crops, batches, load_pictures
from training.recipe import Recipe, one_cycle
from training.student import Student, first_student
from training.teacher import Teacher
from training.terms import covariance_distance, errors, gradient_distance, kernel_distances

CLIPPED = 5.0  # length of the gradient of all weights


class Training:
    """A student, its optimizer and how far they have come; saved every 100 steps and resumed from there."""

    def __init__(self, recipe: Recipe, machine: Machine) -> None:
        self.recipe, self.machine, self.step, self.seconds = recipe, machine, 0, 0.0
        self.student = first_student(recipe)
        self.student.to(machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.teacher = Teacher(recipe.teacher, recipe.teacher_pooling == "blurred", machine.device)
        self.reference = Teacher(
            recipe.teacher, device=machine.device
        )  # of held-out errors, whatever is trained with
        self.optimizer = torch.optim.AdamW(self.student.parameters(), lr=recipe.rate, weight_decay=1e-4)
        self.checkpoint = recipe.out / "checkpoint.pt"

    def restore(self) -> bool:
        """Go on from the checkpoint, if there is one."""
        if not self.checkpoint.exists():
            return False
        saved: dict[str, Any] = torch.load(
            self.checkpoint, map_location=self.machine.device, weights_only=True
        )
        self.step, self.seconds = saved["step"], saved["seconds"]
        self.student.load_state_dict(saved["student"])
        self.optimizer.load_state_dict(saved["optimizer"])
        return True

    def save(self) -> None:
        """Write a checkpoint, whole or not at all."""
        state = {"student": self.student.state_dict(), "optimizer": self.optimizer.state_dict()}
        partial = self.checkpoint.with_suffix(".partial")
        torch.save({"step": self.step, "seconds": self.seconds, **state}, partial)
        partial.replace(self.checkpoint)

    @property
    def progress(self) -> float:
        """Share of the run that is done, by the clock or by updates."""
        recipe = self.recipe
        return self.seconds / (60 * recipe.minutes) if recipe.minutes else self.step / recipe.steps

    def update(self, image: Tensor) -> Tensor:
        """Make one optimizer update; return the error of each layer."""
        height, momentum = one_cycle(self.progress)
        for group in self.optimizer.param_groups:
            group["lr"], group["betas"] = self.recipe.rate * height, (momentum, 0.999)
        found, objective = self.objective(image)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(objective)
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), CLIPPED)
        self.optimizer.step()
        self.step += 1
        return found.detach()

    def objective(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return the error of each layer, and what is minimized: their sum and the terms that are asked for."""
        recipe = self.recipe
        with self.machine.arithmetic():
            taught = {name: feature.float() for name, feature in self.teacher(image).items()}
            own = self.student(image)
            found, predicted = errors(self.student, own, taught)
            total = found.sum()
            if recipe.covariance:
                total = total + recipe.covariance * covariance_distance(predicted, taught)
            if recipe.kernel:
                total = total + recipe.kernel * torch.stack([*kernel_distances(own, taught).values()]).mean()
            if recipe.gradient:
                total = total + recipe.gradient * gradient_distance(
                    self.student, self.teacher, image[:2], self.step
                )
        return found, total


def held_out_crops(recipe: Recipe) -> Tensor:
    """Return crops (held_out, 3, side, side) of pictures that training never sees."""
    pictures = load_pictures(list(recipe.pictures), held_out=True)
    crops = Crops(pictures, recipe.side, seed=1, augment=False)
    return torch.stack([crops[number] for number in range(recipe.held_out)])


@torch.no_grad()
def validate(student: Student, teacher: Teacher, crops: Tensor) -> dict[str, dict[str, float]]:
    """Return the mean error and kernel distance of each layer, in batches of 16 crops."""
    found, kernels = [], []
    for batch in torch.split(crops, 16):
        own, taught = student(batch), teacher(batch)
        found.append(errors(student, own, taught)[0])
        kernels.append(torch.stack([*kernel_distances(own, taught).values()]))
    means = {"errors": torch.stack(found).mean(0), "kernels": torch.stack(kernels).mean(0)}
    return {
        kind: {name: round(value, 4) for name, value in zip(student.heads, mean.tolist(), strict=True)}
        for kind, mean in means.items()
    }


app = App(name="train", help=__doc__)


@app.default
def main(*, recipe: Recipe) -> None:
    """Train, or go on from the checkpoint in `--out`, and export the network when done."""
    train(recipe)


def train(recipe: Recipe) -> Path | None:
    """Train, or go on from the checkpoint in `--out`, and export the network when done.

    Returns:
        The exported file; none if the run was told to leave off before its end.
    """
    recipe.out.mkdir(parents=True, exist_ok=True)
    training = Training(recipe, Machine.found(recipe.arithmetic))
    crops = held_out_crops(recipe)
    with Log(recipe.out / "log.jsonl") as log:
        resumed = training.restore()
        log.write({"recipe": recipe.told(), "machine": training.machine.told(), "from_step": training.step})
        pictures = Crops(
            load_pictures(list(recipe.pictures), held_out=False), recipe.side, recipe.seed, recipe.scales
        )
        unseen = training.machine.put(crops)
        if not resumed:
            begin(training, pictures, unseen, log)
        follow(training, pictures, unseen, log)
        training.save()
        if training.progress < 1:
            return None
        student = training.student.to("cpu").eval()
        measured = validate(student, Teacher(recipe.teacher), crops)
        log.write({"step": training.step, "held_out": measured, "end": True})
    told = {"steps": training.step, "recipe": recipe.told(), **measured}
    return export(student, crops, recipe.out / f"{recipe.backbone}.safetensors", told, recipe.backbone)


def begin(training: Training, pictures: Crops, unseen: Tensor, log: Log) -> None:
    """Fit the heads of a network without any, and tell from which errors it sets out."""
    print(f"{len(pictures.pictures)} pictures to train on; heads are fitted first", file=sys.stderr)
    crops = torch.stack([pictures[i] for i in range(48)])
    fit_heads(training.student, training.teacher, training.machine.put(crops))
    tell_held_out(training, unseen, log)


def tell_held_out(training: Training, unseen: Tensor, log: Log) -> None:
    """Measure on held-out crops; write it down and say it."""
    measured = validate(training.student, training.reference, unseen)
    log.write({"step": training.step, "held_out": measured})
    say(training, log, "held-out errors", measured["errors"].values())


def say(training: Training, log: Log, what: str, errors: Iterable[float]) -> None:
    """Say how far a run is, and the errors of each layer."""
    log.say(training.step, training.progress, training.seconds, what, errors)


def follow(training: Training, pictures: Crops, unseen: Tensor, log: Log) -> None:
    """Make the updates that are left; a line in the log every 20, a validation when due, a checkpoint every 100."""
    recipe = training.recipe
    speed = Speed(recipe.batch, recipe.side)
    for image in speed.watch(waited(training, pictures)):
        found = training.update(image)
        training.seconds += speed.lap()
        if training.step % 20 == 0:
            now = [round(error, 4) for error in found.tolist()]
            require_finite(training.step, found)
            rate = training.optimizer.param_groups[0]["lr"]
            log.write({"step": training.step, "errors": now, "rate": rate} | speed.told())
            if log.silent:
                say(training, log, "errors", now)
        if training.step % recipe.every == 0:
            tell_held_out(training, unseen, log)
            speed.skip()
        if training.step % 100 == 0:
            training.save()
        if training.progress >= 1:
            return


def require_finite(step: int, errors: Tensor) -> None:
    """Stop a run whose network is lost; its last checkpoint is not."""
    if not errors.isfinite().all():
        raise SystemExit(
            f"error: after update {step} the errors are no numbers any more\n"
            "hint: go on from its checkpoint with a smaller --rate, or less of --covariance, --kernel, --gradient"
        )


def waited(training: Training, pictures: Crops) -> Iterator[Tensor]:
    """Yield the images of each update that is left, where they are computed with."""
    recipe, machine = training.recipe, training.machine
    steps = range(training.step, max(training.step, recipe.last_step))
    workers = machine.workers if recipe.workers < 0 else recipe.workers
    for crops in batches(pictures, recipe.batch, steps, workers, machine.is_gpu):
        yield machine.put(crops)


if __name__ == "__main__":
    app()
