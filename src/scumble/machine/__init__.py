"""What the machine does to the numbers: which arithmetic there is, and which of it is taken."""
