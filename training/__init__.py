"""How the bundled network was made: one command, from pictures to weights and model card."""
