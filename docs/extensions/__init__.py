"""What the site does beyond Sphinx: formulae that need no script, and a reference that is read from the code."""
