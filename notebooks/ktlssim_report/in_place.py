"""What a report writes takes its place when all of it is there."""
import contextlib
import os
import shutil

from .files import BadInput

PICTURES = ("*.png", "*.svg")


def is_dead(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError, ValueError):
        pass
    return False


@contextlib.contextmanager
def put_in_place(target, instead_of=()):
    """A folder to write in, whose files move into `target` at the end, the page last; what else matches the patterns of `instead_of`
    goes then. Who fails or is killed leaves what was there."""
    target.mkdir(exist_ok=True)
    mark = f".report.ktlssim.{os.uname().nodename}."  # a directory may be shared by machines
    for left in target.glob(f"{mark}*"):
        if is_dead(left.name.removeprefix(mark)):
            shutil.rmtree(left, ignore_errors=True)
    new = target / f"{mark}{os.getpid()}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    try:
        yield new
        names = {path.name for path in new.iterdir()}
        for name in names:
            if (target / name).is_dir():
                raise BadInput(f"{target / name}: is a directory")
        for name in sorted(names, key=lambda name: name == "index.html"):
            (new / name).replace(target / name)
        for old in [path for pattern in instead_of for path in target.glob(pattern) if path.name not in names]:
            old.unlink(missing_ok=True)
    except OSError as error:
        if error.filename is None:  # of a full disk
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
