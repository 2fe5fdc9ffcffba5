"""Pictures: reading them from files, and resizing them."""
