"""Files on a disk: written whole or not at all, and told apart by what they are rather than by their names."""
