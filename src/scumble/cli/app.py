"""The command `scumble`: its subcommands, and how errors become one line and an exit code."""

import os
import re
import signal
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from cyclopts import CycloptsError, MissingArgumentError, UnknownOptionError, UnusedCliTokensError

import scumble
from scumble.cli.commands import commands
from scumble.cli.console import USAGE, complain, say
from scumble.cli.docstrings import Documented, restore_docstrings
from scumble.cli.interrupts import Interrupts
from scumble.cli.output import STDIN, STDOUT
from scumble.cli.streams import ReaderGone
from scumble.errors import OutOfMemory, ScumbleError, UsageError
from scumble.machine.spinning import is_said, spin_count
from scumble.options.familiar import as_flags
from scumble.plugins import blamed, is_out_of_memory, load_plugin, take_plugins
from scumble.shortage import address_limit

PAINTING = ("stylize", "rerun", "resume", "grid", "batch")
ADDRESSES = 640e6  # bytes that loading torch takes, of addresses

EPILOGUE = """\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad picture, 4 weights or network, 5 memory, 6 some of a batch failed,
130 interrupted.
Every option can be set by SCUMBLE_NAME, in scumble.toml here, or in the user's file: see scumble config.
--plugin FILE anywhere loads losses and the like of your own.
It is Python code and runs with your rights.
--debug anywhere shows the traceback of an error.
"""

app = Documented(
    name="scumble",
    help="Neural style transfer: give it a photograph and a painting.\n\n"
    "Example: scumble stylize photo.jpg painting.jpg -o out.png",
    help_epilogue=EPILOGUE,
    version=scumble.__version__,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
found = list(commands())
restore_docstrings()
for command in found:
    app.command(command.run, **command.settings)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit with its code."""
    if not is_said():
        os.environ["GOMP_SPINCOUNT"] = str(spin_count())  # read when torch is first imported
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    Interrupts.begun = False
    try:
        require_folder()
        require_room(arguments)
        plugins, arguments = take_plugins([one for one in arguments if one != "--debug"])
        for plugin in plugins:
            load_plugin(plugin)
        refuse_single_dashes(arguments)
        app(streams(arguments), exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
        code = 0
    except ScumbleError as error:
        code = complain(error.message, error.hint, error.exit_code)
        show_traceback(debug)
    except CycloptsError as error:
        code = complain(*wrong_usage(error, arguments), 2)
        show_traceback(debug)
    except KeyboardInterrupt:
        early = not Interrupts.begun and arguments[:1] and arguments[0] in PAINTING
        say("interrupted before anything was painted" if early else "interrupted")
        code = 128 + signal.SIGINT
        show_traceback(debug)
    except ReaderGone:
        code = 128 + signal.SIGPIPE
    except Exception as error:
        show_traceback(debug)
        code = complain(*unforeseen(error))
    sys.exit(code)


def require_room(arguments: list[str]) -> None:
    """Raise `OutOfMemory` where a limit, as of `ulimit -v`, leaves torch no room to load: that ends the process."""
    limit = address_limit()
    if limit < ADDRESSES and arguments[:1] and arguments[0] in (*PAINTING, "look", "compare", "doctor"):
        raise OutOfMemory(
            f"this process may have {limit / 1e6:.0f} MB of addresses; {ADDRESSES / 1e6:.0f} MB are needed to begin",
            "raise ulimit -v",
        )


def require_folder() -> None:
    """Raise `UsageError` where the current folder is gone: libraries would not find themselves."""
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError("the current folder is not there any more", "cd to one that is") from error


def streams(arguments: Iterable[str]) -> list[str]:
    """Return the arguments with what `-` stands for, which the parser would take for an option.

    Example:
        >>> streams(["stylize", "-", "b.png", "-o", "-"])
        ['stylize', '/dev/stdin', 'b.png', '-o', '/dev/stdout']
    """
    found: list[str] = []
    for argument in arguments:
        is_output = bool(found) and found[-1] in ("-o", "--output")
        found.append(argument if argument != "-" else STDOUT if is_output else STDIN)
    return found


def unforeseen(error: Exception) -> tuple[str, str, int]:
    """Return what to say of an error that is none of ours, a hint, and the exit code."""
    if is_out_of_memory(error):
        return "the memory is full", "a smaller --size needs less", 5
    own = refused(error) if isinstance(error, OSError) else f"unexpected: {type(error).__name__}: {error}"
    return blamed(error) or own, "--debug shows where", 1


def refused(error: OSError) -> str:
    """Return what the system refused, and of which file."""
    reason = error.strerror or str(error) or type(error).__name__
    return (
        f"{reason}: {str(error.filename)!r}"
        if error.filename is not None
        else f"the system refused: {reason}"
    )


def show_traceback(wanted: bool) -> None:
    """Print the traceback of the error being handled, if it was asked for."""
    if wanted:
        for line in traceback.format_exc().splitlines():
            say(line)


def refuse_single_dashes(arguments: Iterable[str]) -> None:
    """Refuse `-output_image`, a flag of other programs, which the parser takes for `-o utput_image`.

    Raises:
        UsageError: see there.
    """
    for argument in arguments:
        if re.match(r"-\w\w", argument) and (hint := as_flags(argument)):
            raise UsageError(f"unknown option: {argument.partition('=')[0]}", hint)


def wrong_usage(error: CycloptsError, arguments: list[str]) -> tuple[str, str]:
    """Return what is wrong with the command line, in one line that starts small, and a hint."""
    if isinstance(error, UnusedCliTokensError):
        command, *_ = error.command_chain or ["scumble"]
        unused = " ".join(map(repr, error.unused_tokens or []))
        return f"{command} takes fewer arguments; these are left over: {unused}", f"scumble {command} --help"
    if isinstance(error, UnknownOptionError):
        option = str(error.token.keyword or error.token.value).partition("=")[0]
        if hint := as_flags(option):
            return f"unknown option: {option}", hint
    text = " ".join(str(error).split())
    negative = next((one for one in arguments if re.match(r"-[\d.]", one)), None)
    joined = negative and isinstance(error, MissingArgumentError)
    hint = f"what begins with - is joined by =, as in FLAG={negative}" if joined else USAGE
    return text[:1].lower() + text[1:] if text else "wrong usage", hint
