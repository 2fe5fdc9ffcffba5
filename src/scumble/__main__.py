"""So that `python -m scumble` works, too."""

from scumble.cli.app import main

if __name__ == "__main__":
    main()
