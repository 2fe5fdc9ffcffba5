"""Jobs of a moment, and pictures to make them of."""

from typing import Any

import pytest

from scumble.options import Options
from scumble.runs.job import Job

TINY: dict[str, Any] = {
    "size": 32,
    "steps": 1,
    "coarsest": 0,
    "regions": "off",
    "device": "cpu",
    "recolor": 0,
}


@pytest.fixture
def job(desk):
    """Return a job of the two pictures of the desk."""
    assert (desk / "photo.png").is_file()

    def make(picture="out.png", content="photo.png", style="paint.png", on_exists="error", **options):
        return Job(
            content=content,
            styles=style,
            options=Options(**TINY | options),
            outputs={"picture": picture, "on_exists": on_exists},
        )

    return make
