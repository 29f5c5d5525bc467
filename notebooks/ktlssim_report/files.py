"""Files of results, with errors that name them."""
import json


class BadInput(Exception):
    """What was given cannot be reported; the message names file and reason."""


def read_json(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error


def read_csv(path):
    import pandas  # which a page of `ktlssim watch` does without

    try:
        return pandas.read_csv(path, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error
