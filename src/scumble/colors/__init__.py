"""Whose colors a picture has: how they are distributed, moved elsewhere, and given back."""
