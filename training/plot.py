"""The course of training runs as a picture: `python -m training.plot RUN [RUN ...] -o curves.png`."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from training.log import read_log

SMOOTHED = 15  # lines of the log, of 20 updates each

app = App(name="plot", help=__doc__)


def course(rows: list[dict[str, Any]]) -> dict[str, tuple[list[int], list[float]]]:
    """Return what to draw of a log, as updates and values: `training`, smoothed, and each layer of `held_out`.

    Errors are relative to the variance of what the teacher says, so those of different layers share an axis.
    """
    updates = [row for row in rows if "errors" in row]
    means = [sum(row["errors"]) / len(row["errors"]) for row in updates]
    windows = [means[max(0, i - SMOOTHED + 1) : i + 1] for i in range(len(means))]
    found = {"training": ([row["step"] for row in updates], [sum(one) / len(one) for one in windows])}
    measured = [row for row in rows if "held_out" in row and "end" not in row]
    for layer in measured[0]["held_out"]["errors"] if measured else ():
        values = [row["held_out"]["errors"][layer] for row in measured]
        found[layer] = ([row["step"] for row in measured], values)
    return found


@app.default
def plot(*runs: Path, output: Annotated[Path, Parameter(alias="-o")] = Path("curves.png")) -> None:
    """Draw the mean error in training and the error of each layer on held-out crops, a row for each run.

    Args:
        runs: Folders with a log.jsonl.
        output: Picture to write; its suffix says of which kind.
    """
    if not runs:
        raise SystemExit("error: which runs?\nhint: python -m training.plot runs/compact -o curves.png")
    try:
        from matplotlib.figure import Figure  # the extra `plot`; without a screen
    except ImportError:
        raise SystemExit("error: drawing needs matplotlib\nhint: pip install 'scumble[plot]'") from None
    figure = Figure(figsize=(9, 3.5 * len(runs)), layout="constrained")
    panels = figure.subplots(len(runs), 1, squeeze=False)[:, 0]
    for panel, run in zip(panels, runs, strict=True):
        if not (run / "log.jsonl").is_file():
            raise SystemExit(f"error: there is no log.jsonl in {run}")
        for name, (steps, values) in course(read_log(run / "log.jsonl")).items():
            is_training = name == "training"
            panel.plot(
                steps,
                values,
                label=name,
                color="gray" if is_training else None,
                marker="" if is_training else ".",
            )
        panel.set(title=run.name, xlabel="update", ylabel="relative error", yscale="log")
        panel.grid(alpha=0.3, which="both")
        panel.legend(ncols=4, fontsize="small", title="mean in training; layers on held-out crops")
    figure.savefig(output, dpi=110)
    print(output)


if __name__ == "__main__":
    app()
