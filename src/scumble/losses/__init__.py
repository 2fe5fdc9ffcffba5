"""Losses: one idea per file; adding a file adds a loss."""
