"""Which parts of content and styles belong together, found or drawn."""
