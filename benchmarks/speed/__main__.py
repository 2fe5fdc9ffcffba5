"""Time whole pictures, single evaluations and the classic loop on this machine."""

import platform
import re
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from PIL import Image

from benchmarks.speed.classic import seconds_of_a_step
from benchmarks.speed.evaluations import measured, network
from benchmarks.speed.processes import painted
from benchmarks.speed.report import lines, write
from benchmarks.speed.roofline import limit
from scumble.cli.commands.doctor import processor
from scumble.machine.device import choose_device, choose_precision, device_name, thread_count
from scumble.runs.run import versions

EXAMPLES = Path(__file__).parents[2] / "examples"
WIDTH, HEIGHT = 512, 384  # of single evaluations
SIZES = {"256": 256, "512": 512, "1024": 1024, "2048": 2048, "12MP": 4000}  # long edges; pictures are 4:3
LIMITS = {"12MP": ("--max-memory", "4")}  # GB, whatever the machine has

app = App(name="benchmarks.speed", help=__doc__, help_format="plaintext")


def processor_name() -> str:
    """Return what the processor calls itself."""
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    device = choose_device("auto")
    precision = str(choose_precision("auto", device)).removeprefix("torch.")
    return {
        "processor": processor_name(), "cores": processor()["cores"], "threads": thread_count(0),
        "device": device_name(device), "precision": precision, "versions": versions(),
    }  # fmt: skip


def four_to_three(path: Path, folder: Path) -> Path:
    """Write the middle of a picture, 4:3, and return its path."""
    with Image.open(path) as picture:
        width, height = picture.size
        across, down = min(width, height * 4 // 3), min(height, width * 3 // 4)
        left, top = (width - across) // 2, (height - down) // 2
        picture.crop((left, top, left + across, top + down)).save(folder / "content.png")
    return folder / "content.png"


def picture(name: str, content: Path, folder: Path, options: tuple[str, ...]) -> dict[str, Any]:
    """Paint one size as a user would."""
    edge = SIZES[name]
    limits = LIMITS.get(name, ())
    print(f"painting {name}", file=sys.stderr, flush=True)
    style = EXAMPLES / "styles" / "strokes.jpg"
    found = painted(content, style, folder / f"{name}.png", "--size", str(edge), *limits, *options)
    with Image.open(folder / f"{name}.png") as result:
        width, height = result.size
    return {"name": name, "width": width, "height": height, "megapixels": width * height / 1e6, **found,
            "options": [*limits, *options]}  # fmt: skip


@app.default
def main(
    *,
    sizes: str = ",".join(SIZES),
    networks: str = "compact,vgg19",
    classic_steps: int = 3,
    option: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    out: Path = Path("runs/speed"),
) -> None:
    """Measure, print a table, write speed.json and speed.png.

    Args:
        sizes: Pictures to paint, of 256, 512, 1024, 2048, 12MP.
        networks: Whose evaluation is timed; those but compact have random weights.
        classic_steps: Of the classic loop, timed and multiplied.
        option: For every picture, as written on the command line; may be given several times.
        out: Folder for what is written.
    """
    chosen = [name for name in sizes.split(",") if name]
    if unknown := [name for name in chosen if name not in SIZES]:
        raise SystemExit(f"error: sizes are {', '.join(SIZES)}, not {unknown[0]!r}")
    out.mkdir(parents=True, exist_ok=True)
    content = four_to_three(EXAMPLES / "coffee.jpg", out)
    pictures = [picture(name, content, out, option) for name in chosen]
    print("timing evaluations", file=sys.stderr, flush=True)
    evaluations = {name: measured(name, WIDTH, HEIGHT) for name in networks.split(",")}
    device = choose_device("auto")
    step = seconds_of_a_step(WIDTH, HEIGHT, classic_steps, device)
    precision = choose_precision("auto", device)
    found = {
        "machine": machine(), "pictures": pictures, "evaluations": evaluations,
        "classic": {"step": step, "timed": classic_steps},
        "roofline": limit(network("compact"), "relu5_1", HEIGHT, WIDTH, precision, device),
    }  # fmt: skip
    write(found, out)
    print("\n".join(lines(found)))


if __name__ == "__main__":
    app()
