"""Named settings: what is compared with what."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scumble.errors import BadOption
from scumble.options import Options


@dataclass(frozen=True)
class Setting:
    """Options under a name."""

    name: str
    options: Options

    @property
    def file_name(self) -> str:
        """The name with letters, digits, dots and hyphens alone."""
        return re.sub(r"[^A-Za-z0-9.]+", "-", self.name).strip("-.") or "setting"


def parse_setting(text: str, size: str = "512") -> Setting:
    """Return the setting that `NAME: option=value option=value` describes.

    Args:
        text: options are written as on the command line, without the hyphens; a name alone is the defaults.
        size: of the pictures, where the setting names none.

    Raises:
        BadOption: a part that is no assignment, or a strength, which every setting is measured at several of.
        ScumbleError: what `Options` refuses.

    Example:
        >>> parse_setting("deep: style_layers=relu4_1 weight.content=0.1").options.weight["content"]
        0.1
    """
    name, _, rest = text.partition(":")
    values: dict[str, Any] = {"size": size}
    weight: dict[str, str] = {}
    for part in rest.split():
        option, equals, value = part.partition("=")
        option = option.replace("-", "_")
        if not equals or option == "strength":
            raise BadOption(f"{part!r} is no part of a setting", "write option=value; strengths have a flag")
        if option.startswith("weight."):
            weight[option.removeprefix("weight.")] = value
        else:
            values[option] = value
    if weight:
        values["weight"] = weight
    return Setting(name.strip(), Options(**values))


def parse_settings(texts: Sequence[str], size: str = "512") -> list[Setting]:
    """Return all settings; the first is what the others are compared with.

    Raises:
        BadOption: two of one name.
    """
    settings = [parse_setting(text, size) for text in texts or ("default",)]
    for names in ([one.name for one in settings], [one.file_name for one in settings]):
        for name in names:
            if names.count(name) > 1:
                raise BadOption(f"two settings are called {name!r}; each needs a name of its own")
    return settings
