"""A run from its pictures to its result: prepared, painted, stopped, gone on with, made again."""
