"""What the benchmarks' commands share."""

from cyclopts import App

from scumble.errors import ScumbleError


def run(app: App) -> None:
    """Run a command; an error is one line, with a hint, and exit code 1 or more."""
    try:
        app()
    except ScumbleError as error:
        raise SystemExit(
            f"error: {error.message}" + (f"\nhint: {error.hint}" if error.hint else "")
        ) from None
