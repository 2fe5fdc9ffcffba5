"""The file that an unfinished run goes on from: safetensors, with the record of the picture so far in its header."""

import itertools
import json
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from torch import Tensor

from scumble.backbones.contents import digest
from scumble.disk.hidden import Bytes, write_whole
from scumble.disk.place import check_folder, state_of, status
from scumble.engine.state import Position, State, require_possible
from scumble.errors import BadOption, CheckpointError, OutputError, OutputExists, RecordError, require_kind
from scumble.machine.guest import as_guest
from scumble.paths import as_path
from scumble.plan.plan import Plan
from scumble.record import MAX_BYTES, Record
from scumble.saving.destination import kept
from scumble.saving.names import numbered
from scumble.saving.on_exists import OnExists

KINDS = {torch.float16: "F16", torch.bfloat16: "BF16", torch.float32: "F32", torch.float64: "F64"}
"""What a state's tensors are, as safetensors calls it."""
KIND = "scumble checkpoint 1"
EVERY = 30.0
"""Seconds from one writing to the next."""
SHARE = 0.05
"""Of a run's time that writing may take: where it takes long, it is done less often."""
LARGEST_HEADER = 4 * MAX_BYTES  # bytes: a record as a text in JSON, and a line for each tensor
WHICH, ANEW = "give the FILE of --checkpoint FILE", "copy it again, or start the run anew"


class Checkpoint:
    """Keeps the last state of a run and writes it now and then, whole or not at all, in the place of the one before.

    Args:
        path: where to; a checkpoint that is there is replaced.
        every: seconds between two writings at least; 0 writes after each step, whatever that takes.

    Raises:
        BadOption: `every` is below 0 or not finite.
        UsageError: there is no such folder, or it may not be written to.
        OutputExists: the path is that of something else.
    """

    def __init__(self, path: str | os.PathLike[str], every: float = EVERY) -> None:
        if not 0 <= every < math.inf:
            raise BadOption(f"a checkpoint each {every} s was asked for; it must be finite and 0 or more")
        self.path, self.every = as_path(path), every
        check_folder(self.path)
        if status(self.path) and not is_checkpoint(self.path):
            raise OutputExists(
                f"{str(self.path)!r} is there already and is no checkpoint", "choose another name"
            )
        self.own = state_of(self.path)  # of the file that is ours to replace
        self.state: State | None = None
        self.saved = True
        self.due = time.monotonic() + every
        self.problem: OutputError | None = None

    @property
    def current(self) -> bool:
        """Whether the file holds the last state."""
        return self.saved and self.state is not None

    def mark(self, state: State) -> None:
        """Keep a state in the place of the one before."""
        self.state, self.saved = state, False

    def step(self, record: Callable[[State], Record]) -> None:
        """Write the state if it is time, with the record of the picture at it."""
        if time.monotonic() >= self.due:
            self.save(record)

    def save(self, record: Callable[[State], Record]) -> None:
        """Write the state unless it is written already; where that cannot be, `problem` says why."""
        if self.state is None or self.saved:
            return
        started = time.monotonic()
        try:
            self._write(self.path, "overwrite", record(self.state))
            self.saved, self.problem = True, None
        except OutputError as problem:
            self.problem = problem
        now = time.monotonic()
        self.due = now + (max(self.every, (now - started) / SHARE) if self.every else 0)

    def finish(self, record: Callable[[State], Record]) -> None:
        """Write the last state unless it is written already, elsewhere if it must be; `problem` says so."""
        self.save(record)
        if self.state is None or self.saved:
            return
        told = record(self.state)
        with suppress(OutputError):
            saved = kept(self.path, lambda path, on_exists: self._write(path, on_exists, told), "overwrite")
            self.saved, self.problem = True, saved.problem

    def _write(self, path: Path, on_exists: OnExists, record: Record) -> Path:
        """Write the state to a path, or beside it where there is a file that somebody else has put there."""
        assert self.state is not None
        ours = on_exists == "overwrite" and state_of(path) == self.own is not None
        names = [path] if ours else itertools.chain([path], numbered(path))
        path = next(name for name in names if ours or not os.path.lexists(name))
        write_checkpoint(path, record, self.state, replace=ours)
        self.path, self.own = path, state_of(path)
        return path


@dataclass(frozen=True)
class Kept:
    """What a checkpoint says of its run; its pictures are read by `state`."""

    path: Path
    record: Record
    position: Position

    @as_guest()
    def state(self, plan: Plan) -> State:
        """Return the state, once it is known to be one that a run as planned may have.

        Raises:
            CheckpointError: it is not.
        """
        width, height = plan.scales[min(self.position.scale, len(plan.scales) - 1)].canvas
        with reading(self.path) as file:
            sizes = [math.prod(file.get_slice(name).get_shape()) for name in file.keys()]  # noqa: SIM118
            if max(sizes, default=0) != 3 * width * height or sum(sizes) > max(sizes) * most_pictures(plan):
                raise CheckpointError(f"{str(self.path)!r} does not hold pictures of {width} x {height}")
            # cloned: sums over memory that begins elsewhere may round otherwise
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
            told = file.metadata()
        if told.get("digest") != digest(told, tensors):
            raise CheckpointError(f"{str(self.path)!r} is damaged: its digest does not match", ANEW)
        if "image" not in tensors:
            raise CheckpointError(f"{str(self.path)!r} holds no image")
        state = State.of(self.position, tensors, self.record.costs)
        if foreign := tensors.keys() - state.tensors().keys():
            raise CheckpointError(f"{str(self.path)!r} holds {min(foreign)!r}, which does not belong there")
        require_possible(state, plan)
        return state


def most_pictures(plan: Plan) -> int:
    """Return how many arrays as large as the picture a checkpoint may hold."""
    return (
        2 * plan.options.history + 6
    )  # image as it is and as shown, best, gradient or two moments, and numbers


@as_guest()
def write_checkpoint(path: Path, record: Record, state: State, *, replace: bool = True) -> None:
    """Write a state, whole or not at all.

    Args:
        path: where to.
        record: of the picture at the state.
        state: of the run.
        replace: whether a file that is there goes.

    Raises:
        OutputError: it could not be written; the file that was there is intact.
    """
    tensors = {name: one.detach().to("cpu").contiguous() for name, one in state.tensors().items()}
    told = {"kind": KIND, "record": record.to_json(), "position": state.position.model_dump_json()}
    told["digest"] = digest(told, tensors)
    try:
        write_whole(path, safetensors_of(tensors, told), replace=replace)
    except OSError as error:
        raise OutputError(f"cannot write the checkpoint {str(path)!r}: {error.strerror or error}") from error


def safetensors_of(tensors: Mapping[str, Tensor], told: Mapping[str, str]) -> Iterator[Bytes]:
    """Yield a safetensors file part by part: as bytes in one piece it would take the memory of all tensors once more.

    Args:
        tensors: contiguous, on the CPU, of the kinds in `KINDS`.
        told: words for the header.

    Reference:
        Safetensors, format: https://huggingface.co/docs/safetensors/index#format
    """
    header: dict[str, Any] = {"__metadata__": dict(told)}
    end = 0
    for name, tensor in tensors.items():
        start, end = end, end + tensor.nbytes
        shape, kind = list(tensor.shape), KINDS[tensor.dtype]
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # tensors begin at a multiple of 8 bytes
    yield len(text).to_bytes(8, "little") + text
    for tensor in tensors.values():
        yield tensor.flatten().view(torch.uint8).numpy().data


@contextmanager
def reading(path: Path) -> Iterator[Any]:
    """Open a safetensors file; whatever is wrong with it becomes one `CheckpointError`."""
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (OSError, ValueError, TypeError, SafetensorError) as error:
        why = str(getattr(error, "strerror", None) or error).splitlines()[0][:200]
        raise CheckpointError(f"{str(path)!r} is a damaged checkpoint: {why}", ANEW) from error


def read_checkpoint(path: str | os.PathLike[str]) -> Kept:
    """Return what a checkpoint says of its run; the file may come from anybody, and no code in it is ever run.

    Raises:
        CheckpointError: there is no such file, it is no checkpoint, or a damaged one.
    """
    require_kind("the checkpoint", path, (str, os.PathLike), "a path")
    path = as_path(path)
    require_header(path)
    with reading(path) as file:
        told = file.metadata() or {}
    if told.get("kind") != KIND:
        raise CheckpointError(f"{str(path)!r} is no checkpoint of Scumble's", WHICH)
    try:
        record = Record.from_json(told["record"])
        position = Position.model_validate_json(told["position"])
        if position.count != record.steps:
            raise ValueError(f"it has {position.count} steps, its record {record.steps}")
    except (KeyError, ValueError, RecordError) as error:
        first = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else error
        raise CheckpointError(f"{str(path)!r} is a damaged checkpoint: {str(first)[:200]}", ANEW) from error
    return Kept(path, record, position)


def require_header(path: Path) -> None:
    """Refuse what does not begin like a safetensors file with a header of a sensible length.

    Raises:
        CheckpointError: there is no such file, or none of this kind.
    """
    try:
        if not path.is_file():
            raise CheckpointError(f"there is no file {str(path)!r}", WHICH)
        with path.open("rb") as file:
            start = file.read(9)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise CheckpointError(f"cannot read the checkpoint {str(path)!r}: {why}") from error
    if start[8:] != b"{":
        raise CheckpointError(f"{str(path)!r} is no checkpoint of Scumble's", WHICH)
    length = int.from_bytes(start[:8], "little")
    if length > LARGEST_HEADER:
        raise CheckpointError(
            f"the header of {str(path)!r} claims {length:,} bytes; {LARGEST_HEADER:,} are allowed", ANEW
        )


def is_checkpoint(path: Path) -> bool:
    """Return whether a file is a checkpoint whose header can be read."""
    try:
        read_checkpoint(path)
    except CheckpointError:
        return False
    return True
