"""The command `scumble --install-completion`."""

import os
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from scumble.cli.console import say, tell_path
from scumble.disk.hidden import write_whole
from scumble.errors import OutputError, OutputExists, UsageError
from scumble.paths import as_path

NAME = "--install-completion"
Shell = Literal["zsh", "bash", "fish", "powershell"]


def install_completion(
    *,
    shell: Shell | None = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
) -> None:
    """Let the shell complete commands and options with Tab, and print the path of what it reads.

    A line in the shell's own file, such as ~/.bashrc, loads it; for a file that --output names you write that line.

    Example: scumble --install-completion

    Parameters
    ----------
    shell
        The one you use, if not told.
    output
        Another file for it to read than the usual one.
    """
    from cyclopts.completion.detect import ShellDetectionError, detect_shell
    from cyclopts.completion.install import add_to_rc_file, get_default_completion_path

    from scumble.cli.app import app

    try:
        shell = shell or detect_shell()
        script = app.generate_completion(shell=shell)
        path = as_path(output) if output else get_default_completion_path(shell, "scumble")
        write(path, script)
        if output is None and shell != "fish":
            add_to_rc_file(path, "scumble", shell)
    except ShellDetectionError as error:
        raise UsageError("which shell is yours cannot be told", "--shell bash|zsh|fish|powershell") from error
    except (OSError, RuntimeError) as error:  # a home that cannot be written, or none
        reason = getattr(error, "strerror", None) or error
        place = output or getattr(error, "filename", None) or "the shell's file"
        raise OutputError(
            f"cannot write {str(place)!r}: {reason}", "--output FILE names another place"
        ) from error
    say("it counts in the next shell that you open" if output is None else f"source {path} loads it")
    tell_path(path)


def write(path: Path, script: str) -> None:
    """Write a script in the place of an earlier one, and of nothing else.

    Raises:
        OutputExists: there is a file that is none.
    """
    first = script.partition("\n")[0].encode()
    if os.path.lexists(path):
        there = path.read_bytes()[: len(first)] if path.is_file() else b""
        if there != first:
            raise OutputExists(
                f"{str(path)!r} is there already and is no such script", "--output FILE names another place"
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, [script.encode()], replace=True)
