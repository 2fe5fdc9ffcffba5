"""The user's folders, which need not exist: a container may run as a user without a home."""

from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_dir, user_config_dir


def config_folder() -> Path | None:
    """Return where the user's options are kept; None for a user without a home."""
    return _folder(user_config_dir)


def cache_folder() -> Path | None:
    """Return where what can be had again is kept; None for a user without a home."""
    return _folder(user_cache_dir)


def _folder(of: Callable[[str], str]) -> Path | None:
    try:
        folder = Path(of("scumble"))
    except (RuntimeError, KeyError):
        return None
    return (
        folder if folder.is_absolute() else None
    )  # earlier versions of platformdirs return ~/.cache as it is
