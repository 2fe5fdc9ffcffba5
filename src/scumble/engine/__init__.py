"""The engine: from pictures and options to an iterator of steps."""
