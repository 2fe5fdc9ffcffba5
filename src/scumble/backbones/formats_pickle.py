"""Read the pickle of a state dict without `pickle`: a few opcodes build plain values, and there is nothing to run.

Keys are texts and numbers, because a tuple that shares its parts forty deep takes for ever to hash, and to print.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pickle import UnpicklingError
from pickletools import genops
from typing import Any, BinaryIO

import torch

MAX_OPCODES = 100_000  # VGG-19's file has 600; a fifth of a second

STORAGES = {
    "BFloat16Storage": torch.bfloat16, "BoolStorage": torch.bool, "ByteStorage": torch.uint8,
    "CharStorage": torch.int8, "ComplexDoubleStorage": torch.complex128, "ComplexFloatStorage": torch.complex64,
    "DoubleStorage": torch.float64, "FloatStorage": torch.float32, "HalfStorage": torch.float16,
    "IntStorage": torch.int32, "LongStorage": torch.int64, "ShortStorage": torch.int16,
}  # fmt: skip
CONSTANTS: dict[str, Callable[[], object]] = {
    "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple, "EMPTY_LIST": list, "EMPTY_DICT": dict,
}  # fmt: skip
PLAIN = {
    "BININT",
    "BININT1",
    "BININT2",
    "LONG1",
    "BINFLOAT",
    "BINUNICODE",
    "SHORT_BINUNICODE",
    "SHORT_BINSTRING",
}


@dataclass(frozen=True)
class Named:
    """What a pickle calls by module and name; never looked up."""

    name: str


@dataclass(frozen=True)
class Storage:
    """A block of numbers elsewhere in the file: `count` of them."""

    key: str
    dtype: torch.dtype
    count: int


@dataclass(frozen=True)
class Stored:
    """A tensor that is not read yet: its place in a storage, in numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    def __post_init__(self) -> None:
        numbers = (self.offset, *self.shape, *self.stride)
        whole = all(type(one) is int and one >= 0 for one in numbers) and len(self.shape) == len(self.stride)
        if not whole or not isinstance(self.storage, Storage):
            raise UnpicklingError("a tensor that is none")

    @property
    def span(self) -> int:
        """How many numbers from the first to the last one."""
        return 1 + sum((side - 1) * step for side, step in zip(self.shape, self.stride, strict=True))


@dataclass
class Unpickling:
    """A stack machine for one pickle; `storages` are those it has met, by key."""

    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)

    def read(self, file: BinaryIO) -> Any:
        """Return what the pickle at the file's position holds; the position moves behind it.

        Raises:
            UnpicklingError: it holds anything but tensors, containers, texts and numbers, or too much.
        """
        try:
            for number, (opcode, argument, _) in enumerate(genops(file)):
                if number > MAX_OPCODES:
                    raise UnpicklingError("too many opcodes")
                if opcode.name != "STOP":
                    self.step(opcode.name, argument)
            return self.stack.pop()
        except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise UnpicklingError(f"a damaged pickle: {error}") from error

    def step(self, name: str, argument: Any) -> None:
        """Do what an opcode says."""
        if name in PLAIN:
            self.stack.append(argument)
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name]())
        elif name == "MARK":
            self.marks.append(len(self.stack))
        elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self.memo[len(self.memo) if argument is None else argument] = self.stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif name in ("TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"):
            self.stack.append(tuple(self.popped(int(name[5:]) if name[5:] else None)))
        elif name in ("APPEND", "APPENDS", "SETITEM", "SETITEMS"):
            self.fill(name)
        elif name == "GLOBAL":
            self.stack.append(Named(argument))
        elif name in ("REDUCE", "BINPERSID", "BUILD"):
            self.build(name)
        elif name not in ("PROTO", "FRAME"):
            raise UnpicklingError(f"the opcode {name}")

    def popped(self, number: int | None) -> list[Any]:
        """Take a number of values from the stack, or those above the last mark."""
        start = self.marks.pop() if number is None else len(self.stack) - number
        if start < 0:
            raise IndexError("the stack is empty")
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def fill(self, name: str) -> None:
        """Put values into the list or mapping below them."""
        items = self.popped(None if name.endswith("S") else 1 if name == "APPEND" else 2)
        container = self.stack[-1]
        if name.startswith("APPEND") and type(container) is list:
            container.extend(items)
        elif (
            name.startswith("SETITEM")
            and type(container) is dict
            and all(isinstance(key, str | int) for key in items[::2])
        ):
            container.update(zip(items[::2], items[1::2], strict=True))
        else:
            raise UnpicklingError("a container or a key of another kind")

    def build(self, name: str) -> None:
        """Replace what is on the stack by what it stands for."""
        top = self.stack.pop()
        if name == "REDUCE":
            self.stack.append(made(self.stack.pop(), top))
        elif name == "BINPERSID":
            self.stack.append(self.storage(top))
        # BUILD: attributes, such as a state dict's version, are left out

    def storage(self, told: Any) -> Storage:
        """Return the storage that a tuple describes."""
        kind, cls, key, _, count, *view = told
        dtype = STORAGES.get(cls.name.removeprefix("torch "))
        if (
            kind != "storage"
            or not isinstance(key, str)
            or type(count) is not int
            or dtype is None
            or any(view)
        ):
            raise UnpicklingError("a storage of another kind")
        return self.storages.setdefault(key, Storage(key, dtype, count))


def made(what: Any, arguments: Any) -> Any:
    """Return what a call would make, of the few that a state dict needs."""
    name = what.name if isinstance(what, Named) else ""
    if name == "collections OrderedDict" and arguments == ():
        return {}
    if name in ("torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_tensor"):
        return Stored(*arguments[:4])
    if name == "torch._utils _rebuild_parameter" and isinstance(arguments[0], Stored):
        return arguments[0]
    if name == "torch Size":
        return tuple(arguments[0])
    if name == "torch device":
        return str(arguments[0])
    raise UnpicklingError(f"a call of {name[:80]!r}")
