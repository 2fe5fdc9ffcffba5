"""The command `scumble --install-completion`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from scumble.cli.console import say, tell_path
from scumble.errors import OutputError, UsageError

Shell = Literal["zsh", "bash", "fish", "powershell"]


def install_completion(
    *,
    shell: Shell | None = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
) -> None:
    """Let the shell complete commands and options with Tab, and print the path of what it reads.

    A line in the shell's own file, such as ~/.bashrc, loads it.

    Example: scumble --install-completion

    Parameters
    ----------
    shell
        The one you use, if not told.
    output
        Another file for it to read than the usual one.
    """
    from cyclopts.completion.detect import ShellDetectionError, detect_shell

    from scumble.cli.app import app

    try:
        shell = shell or detect_shell()
        path = app.install_completion(shell=shell, output=output)
    except ShellDetectionError as error:
        raise UsageError("which shell is yours cannot be told", "--shell bash|zsh|fish|powershell") from error
    except (OSError, RuntimeError) as error:  # a home that cannot be written, or none
        reason = getattr(error, "strerror", None) or error
        place = getattr(error, "filename", None) or "the shell's file"
        raise OutputError(
            f"cannot write {str(place)!r}: {reason}", "--output FILE names another place"
        ) from error
    say("it counts in the next shell that you open")
    tell_path(path)
