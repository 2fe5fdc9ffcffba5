"""What was measured, as a table, a file and a plot."""

import json
from pathlib import Path
from typing import Any

from benchmarks.speed.classic import STEPS


def lines(found: dict[str, Any]) -> list[str]:
    """Return what is printed."""
    machine, classic = found["machine"], found["classic"]
    head = (f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads, {machine['device']}, "
            f"{machine['precision']}, {', '.join(map(' '.join, machine['versions'].items()))}")  # fmt: skip
    told = [head, "", *table(found["pictures"]), ""]
    told.append(
        f"The classic loop, VGG-19 in float32 at 512 x 384: {classic['step']:.2f} s a step (median of "
        f"{classic['timed']}), so {classic['step'] * STEPS:.0f} s for {STEPS} steps."
    )
    told += [
        f"512 px: {classic['step'] * STEPS / case['seconds']:.0f} times as fast as {STEPS} classic steps."
        for case in found["pictures"]
        if case["name"] == "512"
    ]
    told += [evaluation(name, each, classic["step"]) for name, each in found["evaluations"].items()]
    if "compact" in found["evaluations"]:
        told.append(roofline(found["roofline"], found["evaluations"]["compact"]["fast"]))
    return told


def table(pictures: list[dict[str, Any]]) -> list[str]:
    """Return a row for each picture."""
    rows = [
        f"| {case['name']} | {case['width']} x {case['height']} | {case['seconds']:.1f} s "
        f"| {case['seconds'] / case['megapixels']:.0f} s | {case['gigabytes']:.2f} GB |"
        for case in pictures
    ]
    return [
        "| picture | size | whole process | per megapixel | peak memory |",
        "|:---|---:|---:|---:|---:|",
        *rows,
    ]


def evaluation(name: str, each: dict[str, Any], step: float) -> str:
    """Say how long a network's evaluation takes, beside the plain way and a classic step."""
    return (
        f"One evaluation of {name}, {each['precision']}: {each['fast'] * 1e3:.0f} ms; in plain torch "
        f"{each['plain'] * 1e3:.0f} ms, {each['plain'] / each['fast']:.2f} times as long, in float32 "
        f"{each['float32'] * 1e3:.0f} ms, {each['float32'] / each['fast']:.2f} times; a classic step "
        f"{step / each['fast']:.1f} times. Cosine of the gradient to the plain one {each['alike']:.5f}, "
        f"to float32 {each['cosine']:.5f}."
    )


def roofline(limit: dict[str, float], seconds: float) -> str:
    """Say what the machine could do at most."""
    return (
        f"Roofline of compact: {limit['operations'] / 1e9:.1f} GFLOP at {limit['operations_per_second'] / 1e9:.0f} "
        f"GFLOP/s and {limit['bytes'] / 1e9:.2f} GB at {limit['bytes_per_second'] / 1e9:.0f} GB/s are "
        f"{limit['seconds'] * 1e3:.0f} ms; an evaluation takes {seconds / limit['seconds']:.1f} times that."
    )


def plot(found: dict[str, Any], path: Path) -> None:
    """Draw time and memory against megapixels."""
    from matplotlib.figure import Figure  # the extra `plot`; without a screen

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    pictures = sorted(found["pictures"], key=lambda case: case["megapixels"])
    for panel, key, label in zip(figure.subplots(1, 2), ("seconds", "gigabytes"), ("s", "GB"), strict=True):
        panel.plot([case["megapixels"] for case in pictures], [case[key] for case in pictures], marker="o")
        for case in pictures:
            panel.annotate(
                case["name"], (case["megapixels"], case[key]), xytext=(4, -10), textcoords="offset points"
            )
        panel.set(
            xlabel="megapixels", ylabel=label, xscale="log", yscale="log", title=f"whole process, {label}"
        )
        panel.grid(alpha=0.3, which="both")
    figure.savefig(path, dpi=110)


def write(found: dict[str, Any], folder: Path) -> None:
    """Write `speed.json` and, where matplotlib is, `speed.png`."""
    (folder / "speed.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    try:
        plot(found, folder / "speed.png")
    except ImportError:
        print("hint: pip install 'scumble[plot]' draws speed.png, too")
