"""The examples in the benchmarks' docstrings are true."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import benchmarks.blind
import benchmarks.quality


def test_examples_in_docstrings():
    tried = 0
    packages = (benchmarks.blind, benchmarks.quality)
    modules = [found.name for one in packages for found in walk_packages(one.__path__, f"{one.__name__}.")]
    for name in [*modules, "benchmarks.dial"]:
        result = doctest.testmod(import_module(name))
        assert result.failed == 0, name
        tried += result.attempted
    assert tried > 16
