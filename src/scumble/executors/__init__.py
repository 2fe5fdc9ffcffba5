"""Executors: where the jobs of a batch are painted, here or in other processes; one file each."""
