"""From pictures and options to a run that is planned."""

from typing import Any

from scumble.backbones.cache import present_path
from scumble.errors import require_kind
from scumble.options import Options
from scumble.runs.inputs import files_given, read_inputs
from scumble.runs.run import Run


def prepare(content: Any, style: Any, options: Options | None = None, /, **overrides: Any) -> Run:
    """Read the pictures, settle the options and plan the run; nothing heavy is loaded yet.

    Args:
        content: path, bytes, Pillow picture, NumPy array or tensor.
        style: the same, a `Style`, or a list of them.
        options: the defaults when omitted.
        overrides: single options by name.

    Raises:
        ImageError: a picture that cannot be read.
        UsageError: options that cannot be met.
        WeightsError: the backbone's weights are not here.
    """
    if options is not None:
        hint = "single options go by name: stylize(content, style, **options)"
        require_kind("options", options, Options, "a scumble.Options", hint)
    settled = Options(**overrides) if options is None else options.replace(**overrides)
    plan, sources = read_inputs(content, style, settled)
    present_path(settled.backbone)
    return Run(plan, sources, reads=files_given(content, style, settled))
