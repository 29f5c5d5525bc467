"""How far it is, for who waits at a terminal."""
import sys
import time


def told(things, what, total=None):
    """Each of `things`. A terminal shows on standard error how many of them are done, twice a second."""
    if not sys.stderr.isatty():
        yield from things
        return
    shown = began = time.monotonic()
    for done, thing in enumerate(things, 1):
        yield thing
        if time.monotonic() - shown >= 0.5:
            shown = time.monotonic()
            print(f"\rktlssim: {done}{f'/{total}' if total else ''} {what}", end="", file=sys.stderr, flush=True)
    if shown != began:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
