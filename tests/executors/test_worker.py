"""What a worker says; what it does with signals and closed streams is seen in the tests of those who start it."""

import io
import json
from pathlib import Path

from scumble.executors import worker
from scumble.executors.base import JobResult, Task
from scumble.executors.worker import Sharing, answer, tell
from scumble.options import Options
from scumble.runs.job import Job

JOB = Job(content="a.png", styles="b.png", options=Options(size=48), outputs={"picture": "out.png"})


def test_a_result_goes_over_a_pipe_and_back():
    result = JobResult.of(
        Task(JOB, 7, "0" * 64), "done", path=Path("caf\udce9.png"), seconds=1.5, notes=("small", "\u202e")
    )
    line = io.StringIO()
    tell(line, answer(result))
    assert line.getvalue().isascii()
    told = json.loads(line.getvalue())
    assert told["path"] == "caf\udce9.png"
    again = JobResult.of(
        Task(JOB, 7, "0" * 64), **told | {"path": Path(told["path"]), "notes": tuple(told["notes"])}
    )
    assert again == result


def test_how_much_is_painted_is_told_now_and_then(monkeypatch):
    lines = io.StringIO()
    sharing = Sharing(lines)
    sharing(0.1)
    monkeypatch.setattr(worker, "EVERY", 0.0)
    sharing(1 / 3)
    assert json.loads(lines.getvalue()) == {"share": 0.3333}
