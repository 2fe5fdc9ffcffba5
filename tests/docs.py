"""What the handwritten pages hold: their blocks of code, and the command lines in them."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BETWEEN = {"|", "||", "&&", ";", "&"}
SETS = re.compile(r"[A-Z_]+=")


@dataclass(frozen=True)
class Block:
    """A block of code: the page, the heading above, the language and the text."""

    page: str
    heading: str
    language: str
    text: str

    def __str__(self):
        return f"{self.page}: {self.heading or 'its top'}"


def pages():
    """Return every page of the site, and the README."""
    docs = REPOSITORY / "docs"
    return [
        REPOSITORY / "README.md",
        *sorted(p for p in docs.rglob("*.md") if p.relative_to(docs).parts[0][0] != "_"),
    ]


def blocks(*languages):
    """Return the blocks in some languages, of all pages."""
    found = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            if match[1] in languages:
                above = re.findall(r"^#+ (.+)$", text[: match.start()], re.MULTILINE)
                found.append(
                    Block(str(path.relative_to(REPOSITORY)), above[-1] if above else "", match[1], match[2])
                )
    return found


def commands(block):
    """Return the commands of a block as lists of words: in a console those after `$`, in a script all."""
    lines: list[str] = []
    continued = False
    for line in block.text.splitlines():
        is_command = block.language != "console" or continued or line.startswith("$ ")
        if is_command and continued:
            lines[-1] += " " + line.strip().removesuffix("\\")
        elif is_command:
            lines.append(line.removeprefix("$ ").removesuffix("\\"))
        continued = is_command and line.endswith("\\")
    return [words for line in lines for words in parts(line)]


def parts(line):
    """Return the commands of a pipe or list, without comments, redirections and variables that are set for one."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    redirected = False
    for word in lexer:
        if word in BETWEEN:
            found.append([])
        elif word in ("<", ">", ">>"):
            redirected = True
        elif redirected:
            redirected = False
        elif found[-1] or not SETS.match(word):
            found[-1].append(word)
    return [words for words in found if words]
