"""Frames into a file, one after the other: what all formats share, and what one of films has to do itself."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from PIL import Image

from scumble.errors import OutputError, ScumbleError, UsageError

if TYPE_CHECKING:
    from scumble.outputs.base import Writer

LONGEST = 600_000  # ms that one frame is shown; a GIF takes 655,350


class File(Protocol):
    """What is written to: a file open in binary, at its beginning."""

    def write(self, data: bytes, /) -> int:
        """Add bytes, all of them."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, and return where that is."""

    def truncate(self) -> int:
        """Let the file end here."""


class Film(ABC):
    """How one format puts the frames of a film into a file. No frame need be kept once it is added.

    Args:
        file: at its beginning.
        size: width and height of all frames.
    """

    def __init__(self, file: File, size: tuple[int, int]) -> None:
        self.file, self.size = file, size

    @abstractmethod
    def add(self, frame: Image.Image, milliseconds: int) -> None:
        """Add a frame, mode RGB or RGBA, which is shown so long; it differs from the one before."""

    @abstractmethod
    def close(self) -> None:
        """Write what a file ends with; there was a frame at least."""

    def drop(self) -> None:  # noqa: B027 (most keep nothing)
        """Let go of what is kept beside the file, closed or not."""


class Stream:
    """A still or a film on its way into a file; a context that closes it, unless an error leaves it.

    One frame is held back: those that equal it are not written again, it is shown for longer. A frame that an error
    cuts short is taken out of the file again.

    Args:
        writer: of the format.
        file: at its beginning; left open.
        record: the record's JSON, for a still whose format carries it.
        milliseconds: how long each frame of a film is shown.
    """

    def __init__(self, writer: "Writer", file: File, record: str | None, milliseconds: int) -> None:
        self.writer, self.file, self.record, self.milliseconds = writer, file, record, milliseconds
        self.film: Film | None = None
        self.last: Image.Image | None = None
        self.count = self.shown = 0  # frames; milliseconds of the last one

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.close()
        finally:
            self.drop()

    def add(self, frame: Image.Image) -> None:
        """Add a frame.

        Args:
            frame: mode RGB or RGBA, of the size of the first one.

        Raises:
            UsageError: it has another size, or the format holds no more than one.
            OutputError: the format cannot hold such pixels.
            OSError: the file takes no more.
        """
        if self.last and frame.size != self.last.size:
            sizes = [f"{width} x {height}" for width, height in (frame.size, self.last.size)]
            raise UsageError(f"the frame is {sizes[0]} pixels; those of this film are {sizes[1]}")
        if self.last and self.writer.film is None:
            raise self._miscounted(self.count + 1)
        self.count += 1
        longer = self.shown + self.milliseconds
        if self.last == frame and longer <= LONGEST:
            self.shown = longer
            return
        if self.last:
            self._write(self.last)
        self.last, self.shown = frame.copy(), self.milliseconds

    def close(self) -> None:
        """Write what a file ends with.

        Raises:
            UsageError: there was no frame.
            OutputError, OSError: as for `add`.
        """
        if self.last is None:
            raise self._miscounted(0)
        if self.count == 1:
            with self._told(self.last.size):
                self.file.write(self.writer.still(self.last, self.record))
            return
        self._write(self.last)
        assert self.film is not None
        with self._told(self.last.size):
            self.film.close()

    def drop(self) -> None:
        """Let go of what is kept beside the file."""
        if self.film:
            self.film.drop()

    def _write(self, frame: Image.Image) -> None:
        assert self.writer.film is not None
        with self._told(frame.size):
            self.film = self.film or self.writer.film(self.file, frame.size)
            before = self.file.seek(0, 1)
            try:
                self.film.add(frame, self.shown)
            except BaseException:
                with suppress(OSError):
                    self.file.seek(before)
                    self.file.truncate()
                raise

    def _miscounted(self, count: int) -> UsageError:
        from scumble.outputs.files import film_suffixes, one_of

        films = self.writer.film is not None
        holds = f"{self.writer.suffixes[0]} holds {'at least ' if films else ''}1 frame"
        hint = "" if films else f"for a film, use {one_of(film_suffixes())}"
        return UsageError(f"{holds}, {count} were given", hint)

    @contextmanager
    def _told(self, size: tuple[int, int]) -> Iterator[None]:
        """Say of pixels that they cannot be encoded; what the system says of the file goes on as it is."""
        try:
            yield
        except ScumbleError:
            raise
        except Exception as error:  # Pillow raises several kinds, such as ValueError for sides too long
            if isinstance(error, OSError) and error.errno is not None:
                raise
            width, height = size
            raise OutputError(
                f"cannot write {width} x {height} pixels as {self.writer.suffixes[0]}: {error}"
            ) from error
