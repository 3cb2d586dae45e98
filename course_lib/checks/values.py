"""What may pass between a check and an answer: numbers, strings, lists, dicts, arrays."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

DEPTH = 16  # lists in lists in …
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
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.generic):
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
            raise NotPlain(f"{where} has the key {odd[0]!r}, which is neither a string nor an int")
        return {key: crossed(item, wrap, f"{where}[{key!r}]", depth + 1) for key, item in value.items()}
    if wrap is not None and callable(value):
        return wrap(value)
    article = "an" if type(value).__name__[0].lower() in "aeiou" else "a"
    raise NotPlain(f"{where} is {article} {type(value).__name__}")


def shown(value: Any, most: int = 300) -> str:
    """A value on a few short lines, for a message."""
    if is_tensor(value) or type(value).__name__ == "ndarray":
        kind = f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
        text = str(value.tolist() if value.dtype.__str__().endswith("bool") else _rounded(value.tolist()))
        text = f"{'tensor' if is_tensor(value) else 'array'}({text}), {kind}"
    elif isinstance(value, str):
        text = repr(value)
    else:
        text = str(_rounded(value))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value if not is_tensor(value) and type(value).__name__ != "ndarray" else _Bare(shown(value))


class _Bare(str):
    """Text that is printed without quotes inside a list."""

    def __repr__(self) -> str:
        return str(self)
