"""Names are known without importing; a class of one's own is as good as ours."""

import pytest

from scumble.errors import UnknownName
from scumble.registry import Registry, check, modules_by_name, names


@pytest.fixture
def hats():
    """A registry of our own: its folder does not exist, so it begins empty."""
    yield Registry("hat", "hats")
    modules_by_name("hats").clear()


def test_a_class_of_ones_own_becomes_known(hats):
    @hats("bowler")
    class Bowler:
        pass

    assert list(hats) == names("hats") == ["bowler"]
    assert hats["bowler"] is Bowler
    assert check("hat", "hats", "bowler") == "bowler"


def test_a_name_is_given_once(hats):
    hats("bowler")(int)
    with pytest.raises(ValueError, match="hat 'bowler' is already <class 'int'>"):
        hats("bowler")(str)


def test_a_name_that_does_not_exist(hats):
    hats("bowler")(int)
    with pytest.raises(UnknownName, match=r"unknown hat 'bowlr'; did you mean 'bowler'\? known: bowler"):
        hats["bowlr"]


def test_names_are_sorted():
    assert names("optimizers") == sorted(names("optimizers"))
    assert "lbfgs" in names("optimizers")
