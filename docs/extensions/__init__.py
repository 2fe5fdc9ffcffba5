"""What the site does beyond Sphinx: formulae without a script, pictures that lie nowhere else, a reference from the code."""
