"""python3 -m ktlssim_report DIR [/POINTER=VALUE...]: what `ktlssim report DIR` runs. Exit status 2: the input is wrong."""
import errno
import os
import sys

from .files import BadInput, message

CLEARED = "\r\033[K"  # of what told() may have written there


def end(message, status=2):
    print(f"{CLEARED if sys.stderr.isatty() else ''}ktlssim: {message}", file=sys.stderr)
    sys.exit(status)


try:
    from . import page
    print(page.write(sys.argv[1], sys.argv[2:]))
except ModuleNotFoundError as error:
    end(f"report needs Debian's python3-pandas and python3-matplotlib ({error}); as root:\n"
        "  apt-get install --no-install-recommends python3-pandas python3-matplotlib", 1)
except KeyboardInterrupt:
    end("interrupted", 130)
except MemoryError:
    end(f"{sys.argv[1]}: not enough memory for its report", 1)
except (BadInput, OSError) as failure:
    end(message(failure), 1 if getattr(failure, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else 2)
except Exception as failure:
    if "KTLSSIM_TRACEBACK" in os.environ:
        raise
    end(f"{sys.argv[1]}: no report: {type(failure).__name__}: {failure}. Is a file there damaged? If not, this is a fault of ktlssim; "
        "KTLSSIM_TRACEBACK=1 shows where")
