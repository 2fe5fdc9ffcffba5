"""So that `python -m scumble` works, too."""

from scumble.cli.process import process

if __name__ == "__main__":
    process()
