"""Backbones: the frozen networks that see; one file per family, adding a file adds a backbone."""
