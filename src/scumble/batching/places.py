"""Which names are those of one file, told without keeping any of them."""

import os
import unicodedata

from scumble.batching.digests import short


class Places:
    """Tells two names of one file to be one, also where large and small letters are."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}  # where each folder is, or would be

    def __call__(self, path: str) -> int:
        """Return what the names of a file have in common."""
        folder, name = os.path.split(path)
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        return short(unicodedata.normalize("NFC", f"{self._real[folder]}/{name}").casefold())
