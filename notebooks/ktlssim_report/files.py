"""Files of results, with errors that name them. What does not match its checksum is not believed."""
import hashlib
import io
import json
import re

SUMS = "SHA256SUMS"


class BadInput(Exception):
    """What was given cannot be reported; the message names file and reason."""


class Changed(BadInput):
    """A file is not the one that was written."""

    def __init__(self, path, what_to_do):
        super().__init__(f"{path}: was changed after it was written, or is damaged: its checksum is another. {what_to_do}")


def message(failure):
    """Of an OSError or a BadInput."""
    return f"{failure.filename}: {failure.strerror}" if getattr(failure, "filename", None) else str(failure)


def sums(directory):
    """{name: SHA-256} of the files of a directory; None where an earlier version wrote it."""
    try:
        lines = (directory / SUMS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput(f"{directory / SUMS}: {error}") from error
    if not all(re.fullmatch("[0-9a-f]{64}  .+", line) for line in lines):
        raise BadInput(f"{directory / SUMS}: damaged: no list of checksums; without it files are read as they are")
    return {line[66:]: line[:64] for line in lines}


def raw(path):
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error}") from error


def read_bytes(path):
    """What a file holds, if that is what was written."""
    content = raw(path)
    listed = sums(path.parent)
    if listed is not None and hashlib.sha256(content).hexdigest() != listed.get(path.name):
        raise Changed(path, again(path))
    return content


def again(path):
    return f"The command that wrote it writes it again. If it was you who changed it: without {path.parent / SUMS} it is read as it is"


def check(path):
    """Of a file that may be too large to be held."""
    listed = sums(path.parent)
    if listed is None:
        return
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    if found.hexdigest() != listed.get(path.name):
        raise Changed(path, again(path))


def read_json(path):
    try:
        return json.loads(read_bytes(path))
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error


def read_sealed(path):
    """JSON whose last member is a checksum of the others, as they stand without blanks and line breaks."""
    text = raw(path).decode("utf-8", "replace")
    dense = re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda found: found[1] or "", text)
    sealed = re.fullmatch(r'(\{.*),"sha256":"([0-9a-f]{64})"\}', dense, re.DOTALL)
    if not sealed or hashlib.sha256((sealed[1] + "}").encode()).hexdigest() != sealed[2]:
        raise Changed(path, "`ktlssim sweep --resume` simulates a replication again, and a directory whose manifest is damaged has to be made anew")
    return json.loads(text)


def read_csv(path):
    import pandas  # which a page of `ktlssim watch` does without

    try:
        return pandas.read_csv(io.BytesIO(read_bytes(path)), keep_default_na=False, na_values=[""])
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error
