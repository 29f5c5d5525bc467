"""Numbers and names as a person reads them."""
import math

NO_VALUE = "-"
SPACE = "\u202f"  # between thousands: narrow, and no place to break a line


def missing(value):
    return value is None or isinstance(value, float) and math.isnan(value)


def number(value, digits=4):
    """Four significant digits without an exponent: 10 900, 0.0412. What is below a millionth keeps its exponent."""
    if missing(value):
        return NO_VALUE
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) < 1e-6:
        return f"{value:.{digits}g}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):,.{max(0, places)}f}".replace(",", SPACE)
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(count, noun):
    """1 point, 2 points: of a noun that takes an s."""
    return f"{count} {noun}{'s' * (count != 1)}"


def plain(value):
    """For files: what other programs read as a number."""
    return f"{value:.4g}"


NO_INTERVAL = "no interval (n = 1)"


def spread(kind, lo, hi, written=number):
    """What is known about the spread of a mean. `kind`: interval, single or deterministic, as in summary.csv."""
    if kind == "interval":
        return f"{written(lo)} to {written(hi)}"
    return NO_INTERVAL if kind == "single" else "exact: nothing random"


def span(numbers):
    low, high = number(min(numbers), 3), number(max(numbers), 3)
    return low if low == high else f"{low} to {high}"


LONGEST = 48  # letters of a name in a picture


def short(names, longest=LONGEST):
    """The names cut in the middle where they are long; those that would then be the same get a number."""
    cut = [name if len(name) <= longest else f"{name[:longest // 2]}…{name[1 - longest // 2:]}" for name in names]
    return [name if cut.count(name) == 1 else f"{name} ({i + 1})" for i, name in enumerate(cut)]
