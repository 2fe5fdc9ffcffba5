"""Writing pictures and films: one file per format, adding a file adds a format."""
