"""Names are known without importing; a class of one's own is as good as ours."""

from typing import Any

import pytest

from scumble.errors import NameTaken, UnknownName
from scumble.losses.base import losses
from scumble.registry import Registry, check, known, modules_by_name, names, restore


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
    with pytest.raises(NameTaken, match="the hat 'bowler' is there already, from builtins"):
        hats("bowler")(str)
    assert hats["bowler"] is int


def test_a_name_of_a_file_that_nobody_has_imported_yet_is_taken_too(hats):
    modules_by_name("hats")["fez"] = "scumble.hats.fez"
    with pytest.raises(NameTaken, match=r"the hat 'fez' is there already, from scumble\.hats\.fez"):
        hats("fez")(int)


def test_names_that_were_registered_since_can_be_forgotten():
    before = known()
    felt: Any = type("Felt", (), {})
    losses("felt")(felt)
    assert "felt" in names("losses")
    restore(before)
    assert "felt" not in names("losses")
    assert "gram" in names("losses")
    other: Any = type("Other", (), {})
    losses("felt")(other)  # and be given again
    assert losses["felt"] is other
    restore(before)


def test_a_name_that_does_not_exist(hats):
    hats("bowler")(int)
    with pytest.raises(
        UnknownName, match=r"unknown hat 'bowlr'; did you mean 'bowler'\? known: bowler"
    ) as error:
        hats["bowlr"]
    assert error.value.hint == "of your own is bowler"


def test_names_are_sorted():
    assert names("optimizers") == sorted(names("optimizers"))
    assert "lbfgs" in names("optimizers")
