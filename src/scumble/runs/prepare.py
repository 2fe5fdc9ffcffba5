"""From pictures and options to a run that is planned."""

from collections.abc import Mapping
from typing import Any, Unpack

from scumble.backbones.cache import present_path
from scumble.backbones.shelf import LAST, Shelf
from scumble.errors import require_kind
from scumble.options import Options
from scumble.options.overrides import Overrides
from scumble.runs.inputs import files_given, read_inputs
from scumble.runs.run import Run


def prepare(
    content: Any, style: Any, options: Options | None = None, /, **overrides: Unpack[Overrides]
) -> Run:
    """Read the pictures, settle the options and plan the run; nothing heavy is loaded yet.

    Args:
        content: path, bytes, file open in binary, Pillow picture, NumPy array or tensor.
        style: the same, a `Style`, or a list of them.
        options: the defaults when omitted.
        overrides: single options by name.

    Raises:
        ImageError: a picture that cannot be read.
        UsageError: options that cannot be met.
        WeightsError: the backbone's weights are not here.
    """
    return planned(content, style, overridden(options, overrides))


def overridden(options: Options | None, overrides: Mapping[str, Any]) -> Options:
    """Return the options with single ones over them.

    Raises:
        UsageError: the options are something else.
    """
    if options is None:
        return Options(**overrides)
    hint = "single options go by name: stylize(content, style, **options)"
    require_kind("options", options, Options, "a scumble.Options", hint)
    return options.replace(**overrides)


def planned(content: Any, style: Any, options: Options, shelf: Shelf = LAST) -> Run:
    """Return the run of settled options, which takes its backbone from a shelf."""
    plan, sources = read_inputs(content, style, options)
    present_path(options.backbone)
    return Run(plan, sources, reads=files_given(content, style, options), shelf=shelf)
