"""What may pass between a check and an answer: numbers, strings, lists, dicts, arrays."""

from __future__ import annotations

import math
import sys
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import Any

DEPTH = 16  # lists in lists in …
SMALLEST, LARGEST = -(1 << 63), (1 << 64) - 1  # what an array holds; beyond, an int no longer compares with a float
MANY = 1000  # more than that nobody reads in a message
KINDS = "numbers, strings, lists, dicts, arrays and tensors"


class NotPlain(Exception):
    """A value that cannot pass. what: says where it stands and what it is."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def is_tensor(value: Any) -> bool:
    """Without loading torch where nobody did."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def crossed(value: Any, wrap: Callable[[Callable], Callable] | None = None, where: str = "it", depth: int = 0) -> Any:
    """A copy of a plain value. Tuples become lists and numpy's scalars numbers, as on any wire; tensors are detached.

    wrap: what a function becomes; without it functions do not pass. Raises NotPlain.
    """
    import numpy as np

    if depth > DEPTH:
        raise NotPlain(f"{where} is nested more than {DEPTH} deep")
    if type(value) is int and not SMALLEST <= value <= LARGEST:
        raise NotPlain(f"{where} is a whole number of more than 64 bits")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.generic) and not isinstance(value.item(), np.generic):  # as that of a longdouble is
        return crossed(value.item(), wrap, where, depth)
    if is_tensor(value):
        return value.detach().to("cpu").clone()
    if type(value) is np.ndarray:
        if value.dtype.kind not in "biuf":
            raise NotPlain(f"{where} is an array of {value.dtype}")
        return value.copy()
    if type(value) in (list, tuple):
        return [crossed(item, wrap, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    if type(value) in (dict, OrderedDict):  # a state_dict is of the second kind
        if odd := [key for key in value if type(key) not in (str, int)]:
            raise NotPlain(f"{where} has the key {_cut(repr(odd[0]), 80)}, which is neither a string nor an int")
        # a key may be megabytes long, and is named for each of a million values
        return {crossed(k): crossed(v, wrap, f"{where}[{_cut(repr(k), 40)}]", depth + 1) for k, v in value.items()}
    if wrap is not None and callable(value):
        return wrap(value)
    article = "an" if type(value).__name__[0].lower() in "aeiou" else "a"
    raise NotPlain(f"{where} is {article} {type(value).__name__}")


def shown(value: Any, most: int = 300) -> str:
    """A value on a few short lines, for a message."""
    if is_tensor(value) or type(value).__name__ == "ndarray":
        kind = f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
        # as lists, the numbers of 64 megabytes would take gigabytes
        few = value if math.prod(max(n, 1) for n in value.shape) <= MANY else value.reshape(-1)[:MANY]
        text = str(few.tolist() if value.dtype.__str__().endswith("bool") else _rounded(few.tolist()))
        text = f"{'tensor' if is_tensor(value) else 'array'}({text}), {kind}"
    elif isinstance(value, str):
        text = repr(value[:MANY])
    else:
        text = str(_rounded(value))
    return _cut(text, most)


def legible(text: str, most: int) -> str:
    """Somebody's text for a message: cut to size, without half characters that no file can hold and without what
    commands a terminal."""
    return "".join(c if c.isprintable() or c in "\n\t\xa0" else "\ufffd" for c in _cut(text, most))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value[:MANY]]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in islice(value.items(), MANY)}
    if isinstance(value, str):
        return value[:MANY]
    return value if not is_tensor(value) and type(value).__name__ != "ndarray" else _Bare(shown(value))


class _Bare(str):
    """Text that is printed without quotes inside a list."""

    def __repr__(self) -> str:
        return str(self)
