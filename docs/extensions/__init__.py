"""What the site does beyond Sphinx: formulae without a script, pictures made with it, a reference from the code."""
