"""How good the pictures are: measures without any network, frontiers, comparisons, contact sheets."""
