"""So that `python -m scumble` works, too."""

from scumble.cli.app import process

if __name__ == "__main__":
    process()
