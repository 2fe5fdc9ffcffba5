"""The command `scumble doctor`."""

import json as json_format
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

import scumble
from scumble.cli.console import tell, tell_json
from scumble.errors import ScumbleError

INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "neon", "asimd")


def doctor(*, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Check this installation and say what the machine has; exit code 1 if anything is wrong.

    Example: scumble doctor --json

    Parameters
    ----------
    json
        Print JSON: ok, checks, each true or false, and what was found.
    """
    checks = {name: passes(check) for name, check in CHECKS.items()}
    found = {name: found_out(tell) for name, tell in FOUND.items()}
    if json:
        tell_json({"ok": all(checks.values()), "checks": checks, "found": found}, indent=2)
    else:
        for name, value in found.items():
            tell(f"{name:<12} {value if isinstance(value, str) else json_format.dumps(value)}")
        for name, passed in checks.items():
            tell(f"{'ok' if passed else 'WRONG':<12} {name}")
    if not all(checks.values()):
        wrong = ", ".join(name for name, passed in checks.items() if not passed)
        raise ScumbleError(f"something is wrong: {wrong}", "install Scumble again, or report it with --json")


def passes(check: Callable[[], bool]) -> bool:
    """Whether a check passes; one that raises does not."""
    try:
        return check()
    except Exception:  # a doctor does not die of what it finds
        return False


def found_out(tell: Callable[[], Any]) -> Any:
    """Return what there is to tell, or that this system does not say."""
    try:
        return tell()
    except Exception as error:  # not every system has the same questions
        return f"unknown: {error}"


def python_is_new_enough() -> bool:
    """Python 3.11 or newer."""
    return sys.version_info >= (3, 11)


def torch_is_new_enough() -> bool:
    """A torch without the holes in its loaders that 2.10 closed."""
    import torch

    major, minor = torch.__version__.split(".")[:2]
    return (int(major), int(minor)) >= (2, 10)


def weights_are_whole() -> bool:
    """The bundled network, and every other one that is here."""
    from scumble.backbones.cache import is_here
    from scumble.backbones.weights import verify
    from scumble.registry import names

    return is_here("compact") and all(verify(name).ok for name in names("backbones") if is_here(name))


def formats_round_trip() -> bool:
    """Each format that Scumble reads, too, writes a picture that can be read again."""
    from PIL import Image

    from scumble.image.files import read_picture
    from scumble.outputs.base import outputs

    picture = Image.new("RGB", (24, 16), (200, 30, 90))
    written = [outputs[name]().encode([picture]) for name in outputs if outputs[name].readable]
    return all(read_picture(data).rgb.size == picture.size for data in written)


def computes() -> bool:
    """Each special path of arithmetic answers as plain torch does; one that does not is left by every run."""
    from scumble.machine.arithmetic import arithmetic

    return not arithmetic().wrong


def paints() -> bool:
    """A small picture becomes better on every device, and the same one when made twice on the CPU."""
    import numpy as np

    from scumble.options import Options
    from scumble.runs.prepare import prepare

    random = np.random.default_rng(0)
    content, style = (random.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(2))
    made = []
    for device in (*devices(), "cpu"):  # the last two are the CPU
        run = prepare(content, style, Options(size=64, steps=3, device=device))
        totals = [float(step.total) for step in run]
        made.append((totals, run.result().to_pil().tobytes()))
    return made[-2] == made[-1] and all(totals[-1] < totals[0] for totals, _ in made)


CHECKS = {
    "python": python_is_new_enough,
    "torch": torch_is_new_enough,
    "weights": weights_are_whole,
    "formats": formats_round_trip,
    "arithmetic": computes,
    "self-test": paints,
}


def versions() -> dict[str, str]:
    """Of Scumble and what it stands on."""
    from scumble.runs.run import versions as of_packages

    return {"scumble": scumble.__version__, **of_packages()}


def devices() -> list[str]:
    """Kinds of device, the fastest first."""
    from scumble.machine.device import available_devices

    return available_devices()


def processor() -> dict[str, Any]:
    """Kind, cores that are ours, and the instructions that matter here."""
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        flags = set()
    return {
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "instructions": [name for name in INSTRUCTIONS if name in flags],
    }


def computing() -> list[str]:
    """Instructions and paths of arithmetic that runs on the CPU take, and those that they leave."""
    from scumble.machine.arithmetic import arithmetic

    return list(arithmetic().told())


def memory() -> str:
    """Memory that is free and memory in all, in GB."""
    pages = {
        name: os.sysconf(name) * os.sysconf("SC_PAGE_SIZE") for name in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES")
    }
    return f"{pages['SC_AVPHYS_PAGES'] / 1e9:.1f} GB free of {pages['SC_PHYS_PAGES'] / 1e9:.1f} GB"


def weights_found() -> dict[str, str]:
    """Of each network, whether its weights are here."""
    from scumble.backbones.cache import brings_own, is_bundled, is_here
    from scumble.registry import names

    return {
        name: "own"
        if brings_own(name)
        else "bundled"
        if is_bundled(name)
        else "here"
        if is_here(name)
        else "missing"
        for name in names("backbones")
    }


def formats() -> dict[str, list[str]]:
    """Suffixes that can be written, and optional formats that can be read."""
    from importlib.util import find_spec

    from PIL import features

    from scumble.outputs.base import outputs

    writes = sorted(suffix for name in outputs for suffix in outputs[name].suffixes)
    reads = [name for name in ("webp", "avif") if features.check(name)]
    return {
        "writes": writes,
        "reads": [
            "jpeg",
            "png",
            "tiff",
            "bmp",
            "gif",
            *reads,
            *(["heic"] if find_spec("pillow_heif") else []),
        ],
    }


FOUND: dict[str, Callable[[], Any]] = {
    "versions": versions,
    "devices": devices,
    "processor": processor,
    "arithmetic": computing,
    "memory": memory,
    "weights": weights_found,
    "formats": formats,
}
