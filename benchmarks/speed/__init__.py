"""How long pictures take and how much memory, beside the loop that everybody writes first."""
