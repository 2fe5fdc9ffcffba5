"""Records to try things with."""

from datetime import UTC, datetime

from scumble.record import Record, Source


def a_record(**changes) -> Record:
    picture = Source(name="photos/cat.jpg", sha256="0" * 64, width=640, height=480)
    values = {
        "scumble": "0.1.0",
        "made": datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
        "options": {"size": 512, "weight": {"gram": 1.5}, "layers": ["relu1_1"], "start": None},
        "content": picture,
        "styles": (picture,),
        "backbone": "compact",
        "weights_sha256": "f" * 64,
        "versions": {"torch": "2.13.0"},
        "device": "cpu",
        "threads": 2,
        "seed": 0,
        "width": 512,
        "height": 384,
        "seconds": 12.5,
        "steps": 300,
        "costs": {"gram relu1_1": 0.25},
    }
    return Record(**{**values, **changes})
