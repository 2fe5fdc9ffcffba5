"""Plain data that nobody can change: what options hold, and what was given for them."""

from collections.abc import Mapping
from typing import Any, NoReturn


class Frozen(dict[str, Any]):
    """A mapping that stays as it is; `|`, `copy` and `dict` give others that may be changed.

    Example:
        >>> Frozen(gram=1.0) | {"gram": 2.0}
        {'gram': 2.0}
        >>> Frozen(gram=1.0)["gram"] = 2.0
        Traceback (most recent call last):
        TypeError: options are frozen; options.replace(...) returns others
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("options are frozen; options.replace(...) returns others")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type["Frozen"], tuple[dict[str, Any]]]:
        """Let it be copied and sent to another process, which would set items one by one."""
        return Frozen, (dict(self),)


def frozen(value: Any) -> Any:
    """Return plain data as it is, with mappings `Frozen` and sequences as tuples, at every depth.

    Raises:
        TypeError: there is something else in it.

    Example:
        >>> frozen({"size": [400, 300]})
        {'size': (400, 300)}
    """
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise TypeError("names of plain data are texts")
        return Frozen({name: frozen(each) for name, each in value.items()})
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is no plain data")
