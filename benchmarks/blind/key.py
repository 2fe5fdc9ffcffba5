"""Which picture is on which side of which sheet: kept where no judge looks."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scumble.disk.digest import file_sha256
from scumble.errors import UsageError

Side = Literal["A", "B"]


class Sheet(BaseModel):
    """What a sheet shows.

    Args:
        file: its name.
        sha256: of its bytes.
        left: which of the two sets its left picture is of.
        pair: content and styles, in words.
        pictures: the files of A and of B.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    file: str
    sha256: str
    left: Side
    pair: str
    pictures: dict[Side, str]


class Key(BaseModel):
    """What was hidden from the judge.

    Args:
        seed: draws the order and the sides again.
        sets: what A and B are, as they were given.
        sheets: in order.
        alone: pictures without a counterpart in the other set, which are on no sheet.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    seed: int
    sets: dict[Side, str]
    sheets: Annotated[list[Sheet], Field(min_length=1)]
    alone: list[str]


def key_path(folder: Path, given: Path | None) -> Path:
    """Return where the key of a folder is: where it was said, else beside the folder.

    Raises:
        UsageError: that is within the folder, where the judge would see it.

    Example:
        >>> key_path(Path("judge/sheets"), None).as_posix()
        'judge/sheets.key.json'
    """
    folder = folder if folder.name else folder.resolve()
    path = given or folder.with_name(f"{folder.name}.key.json")
    if path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"the key {str(path)!r} would lie where the judge looks; it is to be outside of {str(folder)!r}"
        )
    return path


def read_key(path: Path, folder: Path) -> Key:
    """Return the key of a folder of sheets.

    Raises:
        UsageError: it cannot be read, is no key, or one of other sheets.
    """
    try:
        key = Key.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"cannot read the key {str(path)!r}: {error.strerror or error}", "--key FILE says where it is"
        ) from None
    except ValidationError:
        raise UsageError(f"{str(path)!r} is no key of a blind comparison") from None
    for sheet in key.sheets:
        there = folder / sheet.file
        if not there.is_file() or file_sha256(there) != sheet.sha256:
            raise UsageError(
                f"{str(path)!r} is not the key of {str(folder)!r}: {sheet.file} is missing or another sheet",
                "--key FILE says where the right one is",
            )
    return key
