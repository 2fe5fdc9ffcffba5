"""Names of other programs: none is ours, and what they are here exists."""

import re

import pytest

from scumble import registry
from scumble.cli.output import Output
from scumble.errors import BadOption, UnknownName
from scumble.options import Options
from scumble.options.familiar import FAMILIAR, as_flags, here, known_as

WITHOUT = "CONTENT and STYLE stand without a flag: scumble stylize photo.jpg painting.jpg"
EXAMPLES = sorted({example for examples in FAMILIAR.values() for example in examples})


@pytest.mark.parametrize("name", list(FAMILIAR))
def test_none_of_them_is_a_name_of_ours(name):
    assert name not in Options.model_fields
    assert name.removeprefix("weight.") not in registry.names("losses")
    assert name == name.lower().replace("-", "_")


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_they_are_here_is_an_option_with_a_good_value(example):
    name, value = example.split(" = ")
    if name == "output":
        assert name in Output.__dataclass_fields__
    elif name.startswith("weight."):
        Options(weight={name.removeprefix("weight."): value})
    else:
        Options(**{name: value})


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        ({"alpha": 1, "beta": 10}, "here it is weight.content = 0.5, or strength = 40"),
        ({"num_steps": 300}, "here it is steps = 300"),
        ({"weight": {"style": 3}}, "here it is weight.covariance = 2, or weight.gram = 1"),
    ],
)
def test_in_python(values, hint):
    with pytest.raises(UnknownName) as info:
        Options(**values)
    assert info.value.hint == hint
    assert "did you mean" not in info.value.message


def test_what_is_no_option_of_a_file():
    assert here("output_image") == ""
    assert as_flags("-output_image") == "here it is --output out.png"
    assert known_as("strength") == ()


@pytest.mark.parametrize(
    ("command", "option", "hint"),
    [
        ("--iterations 300", "--iterations", "--steps 300"),
        ("-num_iterations 300", "-num_iterations", "--steps 300"),
        ("-iterations=300", "-iterations", "--steps 300"),
        ("--style-image x.png", "--style-image", WITHOUT),
        ("-content_image x.png", "-content_image", WITHOUT),
        ("-output_image out.png", "-output_image", "--output out.png"),
        ("-original_colors 1", "-original_colors", "--color content"),
        ("--content-weight 5", "--content-weight", "--weight.content 0.5, or --strength 40"),
        ("--tv_weight=5", "--tv_weight", "--weight.variation 1"),
    ],
)
def test_on_the_command_line(capsys, command, option, hint):
    from scumble.cli.app import main

    with pytest.raises(SystemExit) as exit_info:
        main(["stylize", "photo.png", "paint.png", *command.split()])
    assert exit_info.value.code == 2
    assert (
        re.sub(r"\n$", "", capsys.readouterr().err)
        == f"error: unknown option: {option}\nhint: {hint if hint is WITHOUT else f'here it is {hint}'}"
    )


def test_in_a_file(tmp_path, monkeypatch):
    from scumble.cli.settings import merged_options

    monkeypatch.chdir(tmp_path)
    (tmp_path / "scumble.toml").write_text("image-size = 300\n")
    with pytest.raises(BadOption) as info:
        merged_options(Options())
    assert info.value.hint == "here it is size = 512"


def test_a_name_of_a_megabyte_is_told_in_short():
    with pytest.raises(UnknownName) as info:
        Options(**{"x" * 1_000_000: 1})
    assert len(info.value.message) < 2000
