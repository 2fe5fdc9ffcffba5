"""Signals: the first one stops, later ones are ignored, and afterwards all is as it was."""

import os
import signal

import pytest

from scumble.cli.interrupts import Interrupts
from scumble.cli.process import interrupt

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGABRT)
OTHERS = (signal.SIGXCPU, signal.SIGALRM, signal.SIGRTMIN + 3)


@pytest.fixture
def heeding():
    """Signals as in a program in the foreground: some of them are ignored from the start under nohup, or with `&`."""
    before = {number: signal.getsignal(number) for number in (*ENDING, *OTHERS)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("heeding")
@pytest.mark.parametrize("number", [*ENDING, *OTHERS])
def test_the_first_signal_stops_and_later_ones_do_no_harm(number):
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt), interrupts.painting():
            os.kill(os.getpid(), number)
        for later in ENDING:
            os.kill(os.getpid(), later)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.usefixtures("heeding")
def test_outside_of_painting_none_is_raised_and_one_before_it_is_not_forgotten():
    with Interrupts() as interrupts:
        os.kill(os.getpid(), signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt), interrupts.painting():
            pytest.fail("nothing is painted after a signal")
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.usefixtures("heeding")
def test_what_was_ignored_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interrupts():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


@pytest.mark.usefixtures("heeding")
def test_ctrl_c_is_taken_over_from_the_start_of_the_process():
    """Its own handler ends the process at the second one, amid the saving of a picture."""
    signal.signal(signal.SIGINT, interrupt)
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt), interrupts.painting():
            os.kill(os.getpid(), signal.SIGINT)
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is interrupt
