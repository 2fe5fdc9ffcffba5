"""The reference pages, written from the code each time that the site is built.

A page of `PAGES` holds its title and introduction; what stands below is appended as it is read.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from cyclopts import App, Parameter
from pydantic.fields import FieldInfo
from rich.console import Console
from sphinx.application import Sphinx

from extensions.headings import explained
from scumble.cli.app import app as scumble
from scumble.options import Options
from scumble.options.table import PATTERNS
from scumble.options.values import shown
from scumble.presets import load_preset, preset_names
from scumble.registry import registry_of

WIDTH = 96  # columns of a help screen


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def flag_of(option: str) -> str:
    """Return the flag of an option, `--style-layers` of `style_layers`."""
    return "--" + option.replace("_", "-")


def default_of(field: FieldInfo) -> str:
    """Return an option's default as it is written behind its flag."""
    value = field.default
    if isinstance(value, dict | tuple):
        return shown(value)
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def range_of(name: str, field: FieldInfo) -> str:
    """Return what is allowed, in words, as far as the table of options says it."""
    if name in PATTERNS:
        return PATTERNS[name].removeprefix("it should be ")
    if get_origin(field.annotation) is Literal:
        return ", ".join(get_args(field.annotation))
    if field.annotation is bool:
        return "yes or no"
    bounds = {Ge: ("from", "ge"), Gt: ("above", "gt"), Le: ("to", "le"), Lt: ("below", "lt")}
    found = {type(one): one for one in field.metadata if type(one) in bounds}
    limits = {word: getattr(found[kind], key) for kind, (word, key) in bounds.items() if kind in found}
    return " ".join(f"{word} {limit:,}".removesuffix(".0") for word, limit in limits.items())


def group_of(field: FieldInfo) -> str:
    """Return the group under which `--help` lists an option."""
    parameters: list[Any] = [one for one in field.metadata if isinstance(one, Parameter)]
    return next(str(group.name) for parameter in parameters for group in parameter.group)


def address(name: str) -> str:
    """Return where a name is explained, as seen from a page of the reference; nothing if it is not."""
    section = explained().get(name)
    return f"../{section.page}.md#{section.anchor}" if section else ""


def linked(name: str) -> str:
    """Return a literal name that leads to where it is explained."""
    return f"[`{name}`]({address(name)})" if address(name) else f"`{name}`"


def more(name: str) -> str:
    """Return a line that leads to where a name is explained."""
    return f"Explained in []({address(name)}).\n" if address(name) else ""


def options_page() -> Iterator[str]:
    """Yield a table for each group of options."""
    fields = Options.model_fields
    for group in dict.fromkeys(map(group_of, fields.values())):
        yield f"## {group}\n"
        rows = [
            [linked(flag_of(name)), f"`{default_of(field)}`", range_of(name, field), field.description or ""]
            for name, field in fields.items()
            if group_of(field) == group
        ]
        yield table(["Flag", "Default", "Allowed", "Meaning"], rows) + "\n"


def commands_of(app: App, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, `("weights", "fetch")`, those that only hold others first."""
    for name in app:
        if name.startswith("-"):
            continue
        yield (*above, name)
        yield from commands_of(app[name], (*above, name))


def help_of(words: Sequence[str]) -> str:
    """Return what `scumble WORDS --help` prints, without the lines that end every help screen."""
    text = io.StringIO()
    scumble.help_print(list(words), console=Console(file=text, width=WIDTH))
    return text.getvalue().partition("\nExit codes:")[0].rstrip()


def commands_page() -> Iterator[str]:
    """Yield each command's help."""
    for words in ((), *commands_of(scumble)):
        name = " ".join(("scumble", *words))
        yield f"## `{name}`\n\n```text\n{help_of(words)}\n```\n\n{more(name)}"


def presets_page() -> Iterator[str]:
    """Yield each preset with its values and the reason for each."""
    for preset in map(load_preset, preset_names()):
        yield f"## `{preset.name}`\n\n{preset.summary}\n\n{more(preset.name)}"
        names = dict.fromkeys([*preset.options, *preset.reasons])
        rows = [
            [f"`{name}`", f"`{json.dumps(preset.options[name])}`" if name in preset.options else "as by default",
             preset.reasons.get(name, "")]
            for name in names
        ]  # fmt: skip
        yield table(["Option", "Value", "Reason"], rows) + "\n"


def registry_page(table_name: str, facts: Callable[[Any], dict[str, str]]) -> Callable[[], Iterator[str]]:
    """Return a page with the docstring of everything that a registry names, and some facts in a table."""

    def page() -> Iterator[str]:
        registry = registry_of(table_name)
        entries = {name: registry[name] for name in registry}
        heads = list(facts(next(iter(entries.values()))))
        rows = [[f"[`{name}`](#{name})", *facts(entry).values()] for name, entry in entries.items()]
        yield table(["Name", *heads], rows) + "\n"
        for name, entry in entries.items():
            path = f"{entry.__module__}.{entry.__name__}"
            yield f"## `{name}`\n\n```{{eval-rst}}\n.. autoclass:: {path}\n```\n\n{more(name)}"

    return page


def loss_facts(loss: Any) -> dict[str, str]:
    """Return what a reader wants to know of a loss at a glance."""
    lower = {"content": "above 50", "style": "below 50"}.get(loss.reference, "no")
    return {
        "Compared with": {"none": "nothing"}.get(loss.reference, f"the {loss.reference}"),
        "Reads": "pixels" if loss.on_image else "layers",
        "`--strength` lowers its weight": lower if loss.follows_strength else "no",
    }


def backbone_facts(backbone: Any) -> dict[str, str]:
    """Return a network's layers and size."""
    network = backbone()
    names = [name for name in network.names if not re.match("conv|pool", name)]
    number = sum(weights.numel() for weights in network.parameters())
    return {
        "Parameters": f"{number / 1e6:.2f} million",
        "Pooling": network.own_pooling,
        "ReLU layers": ", ".join(names),
    }


def optimizer_facts(optimizer: Any) -> dict[str, str]:
    """Return an optimizer's own rate."""
    return {"Own `--rate`": f"{optimizer.own_rate:g}"}


def output_facts(writer: Any) -> dict[str, str]:
    """Return what a format can hold."""
    words = {True: "yes", False: "no"}
    return {
        "Suffixes": ", ".join(f"`{suffix}`" for suffix in writer.suffixes),
        "Keeps every pixel": words[writer.lossless],
        "Film": words[writer.film is not None],
        "Record": "within" if writer.carries_record else "beside, as `.json`",
    }


def way_facts(way: Any) -> dict[str, str]:
    """Return how a way goes."""
    return {"Coarse to fine": {True: "yes", False: "no"}[way.by_scales]}


def executor_facts(executor: Any) -> dict[str, str]:
    """Return where an executor paints."""
    return {"Paints": "beside this process" if executor.beside else "in this process"}


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "reference/options": options_page,
    "reference/commands": commands_page,
    "reference/presets": presets_page,
    "reference/losses": registry_page("losses", loss_facts),
    "reference/backbones": registry_page("backbones", backbone_facts),
    "reference/optimizers": registry_page("optimizers", optimizer_facts),
    "reference/outputs": registry_page("outputs", output_facts),
    "reference/executors": registry_page("executors", executor_facts),
    "reference/ways": registry_page("ways", way_facts),
}


def append(app: Sphinx, page: str, source: list[str]) -> None:
    """Append what the code says to a page that has just been read."""
    del app
    if page in PAGES:
        source[0] += "\n" + "\n".join(PAGES[page]())


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("source-read", append)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
