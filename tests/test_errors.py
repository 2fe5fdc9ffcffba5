"""The tree of exceptions, its exit codes, and the one line that each says."""

import inspect
import pickle
import re

import pytest

from scumble import errors
from scumble.errors import ScumbleError, UnknownName

CLASSES = [it for _, it in inspect.getmembers(errors, inspect.isclass) if issubclass(it, ScumbleError)]
DRAWN = re.findall(r"^[\s│├└─]*(\w+) +(?:exit code )?(\d)\b", errors.__doc__, re.MULTILINE)


def test_the_docstring_draws_every_exception_with_its_exit_code():
    assert {name: int(code) for name, code in DRAWN} == {it.__name__: it.exit_code for it in CLASSES}


def test_an_error_holds_a_message_and_a_remedy():
    error = errors.ImageError("'a.txt' is no picture", "give a PNG")
    assert (str(error), error.message, error.hint) == ("'a.txt' is no picture",) * 2 + ("give a PNG",)
    assert ScumbleError("no").hint == ""


def test_errors_are_told_apart_by_kind():
    assert issubclass(UnknownName, errors.UsageError)
    assert issubclass(errors.DownloadError, errors.WeightsError)
    assert not issubclass(errors.UsageError, ValueError)


def test_an_unknown_name_that_is_like_no_other():
    with pytest.raises(UnknownName) as error:
        raise UnknownName("loss", "zzz", ["content", "gram"])
    assert error.value.message == "unknown loss 'zzz'; known: content, gram"


@pytest.mark.parametrize(
    "error",
    [ScumbleError("no", "do this"), UnknownName("loss", "gramm", ["gram"]), errors.OutOfMemory("much")],
)
def test_an_error_comes_whole_from_another_process(error):
    error.__notes__ = ["on the way"]
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
