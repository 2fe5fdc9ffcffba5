"""Where results go: settled before the work, written whole after it, and never lost for want of a place."""
