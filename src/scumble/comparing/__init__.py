"""Pictures beside each other: a grid of options, two results, the courses of runs."""
