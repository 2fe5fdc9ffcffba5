"""What Scumble is measured with: picture quality, and later speed."""
