"""The examples in the benchmarks' docstrings are true."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import benchmarks.quality


def test_examples_in_docstrings():
    tried = 0
    modules = [found.name for found in walk_packages(benchmarks.quality.__path__, "benchmarks.quality.")]
    for name in [*modules, "benchmarks.dial"]:
        result = doctest.testmod(import_module(name))
        assert result.failed == 0, name
        tried += result.attempted
    assert tried > 10
