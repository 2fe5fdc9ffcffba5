"""The examples in the benchmarks' docstrings are true."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import benchmarks.quality


def test_examples_in_docstrings():
    tried = 0
    for found in walk_packages(benchmarks.quality.__path__, "benchmarks.quality."):
        result = doctest.testmod(import_module(found.name))
        assert result.failed == 0, found.name
        tried += result.attempted
    assert tried > 10
