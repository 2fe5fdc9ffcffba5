"""Neural style transfer: give it a photograph and a painting.

>>> import scumble
>>> scumble.stylize("photo.jpg", "painting.jpg").save("out.png")  # doctest: +SKIP

Importing this package reads no file but this one; the names below load what they need when first used.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scumble.api import forecast as forecast
    from scumble.api import resume as resume
    from scumble.api import stylize as stylize
    from scumble.api import stylize_steps as stylize_steps
    from scumble.batching.batch import batch as batch
    from scumble.engine.step import Step as Step
    from scumble.errors import ScumbleError as ScumbleError
    from scumble.options import Options as Options
    from scumble.plugins import load_plugin as load_plugin
    from scumble.record import Record as Record
    from scumble.record import read_record as read_record
    from scumble.runs.job import Job as Job
    from scumble.runs.prepare import prepare as prepare
    from scumble.runs.result import Result as Result
    from scumble.runs.session import Session as Session
    from scumble.runs.styles import Style as Style

__version__ = "0.2.0"

HOMES = {
    "Job": "scumble.runs.job",
    "Options": "scumble.options",
    "Record": "scumble.record",
    "Result": "scumble.runs.result",
    "ScumbleError": "scumble.errors",
    "Session": "scumble.runs.session",
    "Step": "scumble.engine.step",
    "Style": "scumble.runs.styles",
    "batch": "scumble.batching.batch",
    "forecast": "scumble.api",
    "load_plugin": "scumble.plugins",
    "prepare": "scumble.runs.prepare",
    "read_record": "scumble.record",
    "resume": "scumble.api",
    "stylize": "scumble.api",
    "stylize_steps": "scumble.api",
}
__all__ = sorted(HOMES)
logging.getLogger("scumble").addHandler(logging.NullHandler())  # silent until the program listens


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'scumble' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
