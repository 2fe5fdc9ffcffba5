"""What to do with a file that is there already."""

from typing import Literal

OnExists = Literal["error", "rename", "overwrite", "skip"]
"""Refuse, take another name, replace it, or leave it and do nothing."""
