"""What a scale minimizes: whole or in tiles, region by region, with the gradient by hand where that is quicker."""
