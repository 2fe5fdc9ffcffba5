"""Optimizers: one file per way downhill; adding a file adds an optimizer."""
