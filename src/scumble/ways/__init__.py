"""Ways to paint: one file each."""
