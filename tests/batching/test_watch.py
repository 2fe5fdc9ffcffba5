"""A folder that pictures come into."""

import os
from pathlib import Path

from scumble.batching.sources import Found
from scumble.batching.watch import watched


def test_a_picture_is_taken_once_two_looks_agree(tmp_path):
    names = ["a.jpg"]
    clock = iter(range(10**6))
    looks = watched(lambda: [Found(str(tmp_path / name)) for name in names], 3, lambda: float(next(clock)))

    def next_look():
        """Return what is found until it waits, then wait for the next look."""
        found = []
        while (one := next(looks)) is not None:
            found.append(Path(one.path).name)
        for _ in range(2):
            assert next(looks) is None
        return found

    assert next_look() == []  # it is not there
    (tmp_path / "a.jpg").write_bytes(b"half")
    assert next_look() == []
    (tmp_path / "a.jpg").write_bytes(b"half and half")
    assert next_look() == []
    assert next_look() == ["a.jpg"]
    names.append("b.jpg")
    (tmp_path / "b.jpg").write_bytes(b"other")
    assert [next_look(), next_look(), next_look()] == [[], ["b.jpg"], []]
    os.utime(tmp_path / "a.jpg", ns=(1, 1))
    assert [next_look(), next_look(), next_look()] == [[], ["a.jpg"], []]
