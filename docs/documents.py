"""The Markdown documents: the commands that they show, and the marked places that commands fill.

A fenced block whose language is `sh` holds commands, a line each (a backslash joins the next one). A comment at the end of a
line says where it cannot be run on the spot: `# minutes` takes that long, `# elsewhere` needs another machine. `sh elsewhere`
says so of a whole block.

A mark fills what follows it: a fenced block, or everything up to `<!-- end -->`.

    <!-- output: COMMAND -->             what COMMAND prints
    <!-- output, slow: COMMAND -->       the same, of minutes
    <!-- output, machine: COMMAND -->    the same, other on every machine
    <!-- picture PATH: COMMAND -->       COMMAND writes PATH
"""
import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
MARK = re.compile(r"<!-- (output|picture)((?:, (?:slow|machine))*)(?: (\S+))?: (.*) -->$")
END = "<!-- end -->"


def paths():
    """Every document that a reader meets, the door first."""
    named = ["README.md", "CONTRIBUTING.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")),
             "scenarios/README.md", "results/README.md", "results/reference/README.md", "notebooks/README.md", "bench/README.md",
             "sim/kernel/README.md"]
    return [ROOT / name for name in named]


@dataclasses.dataclass
class Mark:
    kind: str
    slow: bool
    machine: bool
    picture: str  # its path
    command: str
    first: int  # lines [first, last) of the document are what the command printed
    last: int


def marks(lines):
    """The marks of a document, in their order."""
    found = []
    for number, line in enumerate(lines):
        match = MARK.match(line)
        if not match:
            continue
        kind, attributes, picture, command = match.groups()
        first = last = number + 1
        if kind == "output":
            if lines[first].startswith("```"):
                first += 1
                last = lines.index("```", first)
            else:
                last = lines.index(END, first)
        found.append(Mark(kind, "slow" in attributes, "machine" in attributes, picture, command, first, last))
    return found


@dataclasses.dataclass
class Command:
    line: int  # from 1
    text: str
    where: str  # "here", "minutes" or "elsewhere"


def blocks(lines):
    """Fenced blocks: the words behind the fence, the number of the first line from 1, the lines."""
    start = None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start = number
        else:
            yield lines[start][3:].split(), start + 2, lines[start + 1:number]
            start = None


def commands(lines):
    """What a reader is told to type, in the order in which it stands there."""
    for words, first, block in blocks(lines):
        if not words or words[0] != "sh":
            continue
        joined = ""
        for number, line in enumerate(block):
            joined += line.rstrip("\\") if line.endswith("\\") else line
            if line.endswith("\\"):
                continue
            text, _, comment = joined.partition("  #")
            where = next((word for word in ("elsewhere", "minutes") if word in words or word in comment), "here")
            if text.strip() and not text.startswith("#"):
                yield Command(first + number, text.strip(), where)
            joined = ""


@dataclasses.dataclass
class Question:
    text: str
    command: str  # empty: none can answer it
    where: str  # "here" or "minutes"; empty without a command
    answer: str  # what comes out, or why nothing can


def questions(lines):
    """The rows of tables with columns question, command, takes, what comes out."""
    inside = False
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if cells[:3] == ["question", "command", "takes"]:
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not line.startswith("|---"):
            text, command, takes, answer = cells
            yield Question(text, "" if command == "none" else command.strip("`"), {"seconds": "here", "-": ""}.get(takes, takes), answer)


def jupyter_of(tree):
    """The configuration of Jupyter, beside the tree: Jupyter leaves files of its own there."""
    return tree.parent / "jupyter"


@contextlib.contextmanager
def scratch():
    """A copy of the tree to run commands in, so that none of them leaves anything behind. $KTLSSIM, if set, is its ./ktlssim."""
    with tempfile.TemporaryDirectory(prefix="ktlssim-documents-") as name:
        tree = pathlib.Path(name) / "ktlssim"
        shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(".git", "build", "out", "__pycache__", ".cache"))
        binary = os.environ.get("KTLSSIM") or ROOT / "ktlssim"
        (tree / "ktlssim").write_text(f'#!/bin/sh\nexec "{binary}" "$@"\n')
        # A notebook's kernel may be slow to answer where tests run beside it.
        jupyter_of(tree).mkdir()
        (jupyter_of(tree) / "jupyter_nbconvert_config.json").write_text('{"ExecutePreprocessor": {"startup_timeout": 600}}')
        yield tree


def run(command, tree):
    """Runs a line of shell in `tree`; the binary reads the profiles there."""
    environment = dict(os.environ, KTLSSIM_DATA=str(tree / "models"), PYTHONDONTWRITEBYTECODE="1",
                       JUPYTER_CONFIG_DIR=str(jupyter_of(tree)))
    environment.setdefault("KTLSSIM_ENSEMBLE", "off")  # documents ask for it where they show what is not known
    environment.pop("KTLSSIM", None)
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=tree, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
