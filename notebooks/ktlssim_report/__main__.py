"""python3 -m ktlssim_report DIR: what `ktlssim report DIR` runs. Exit status 2: the input is wrong."""
import sys

try:
    from . import files, page
except ModuleNotFoundError as error:
    sys.exit(f"ktlssim: report needs Debian's python3-pandas and python3-matplotlib ({error}); as root:\n"
             "  apt-get install --no-install-recommends python3-pandas python3-matplotlib")

try:
    print(page.write(sys.argv[1]))
except KeyboardInterrupt:
    print("ktlssim: interrupted", file=sys.stderr)
    sys.exit(130)
except (files.BadInput, OSError) as failure:
    print(f"ktlssim: {failure}", file=sys.stderr)
    sys.exit(2)
