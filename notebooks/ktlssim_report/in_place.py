"""What a report writes takes its place when all of it is there."""
import contextlib
import os
import shutil

PICTURES = ("*.png", "*.svg")


def is_dead(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        pass
    return False


@contextlib.contextmanager
def put_in_place(target, instead_of=()):
    """A folder to write in, whose files move into `target` at the end, the page last; what else matches the patterns of `instead_of`
    goes then. Who fails or is killed leaves what was there."""
    target.mkdir(exist_ok=True)
    for left in target.glob(".new-*"):
        if is_dead(left.name.removeprefix(".new-")):
            shutil.rmtree(left, ignore_errors=True)
    new = target / f".new-{os.getpid()}"
    new.mkdir()
    try:
        yield new
        names = {path.name for path in new.iterdir()}
        for name in sorted(names, key=lambda name: name == "index.html"):
            (new / name).replace(target / name)
        for old in [path for pattern in instead_of for path in target.glob(pattern) if path.name not in names]:
            old.unlink()
    finally:
        shutil.rmtree(new, ignore_errors=True)
