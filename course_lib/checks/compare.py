"""How an answer differs from what was expected: first in type, then in dtype, in shape, in values."""

from __future__ import annotations

import math
from typing import Any

from course_lib.checks.values import is_tensor, shown


def difference(
    yours: Any, expected: Any, tolerance: float = 0.0, where: str = "", loose: bool = False
) -> tuple[str, str] | None:
    """("type" | "dtype" | "shape" | "values", one sentence), or None if they agree.

    tolerance: absolute, for floats. where: the place in a list or dict, as "[3]". loose:
    whole numbers are numbers, and a dtype does not matter.
    """
    it = f"Your result{where}" if where else "Your result"
    if yours is None and expected is not None:
        return "type", f"{it} is None. Is a `return` missing?"
    kind, wanted = _kind(yours), _kind(expected)
    if wanted == "number" and kind == "int":
        kind = "number"  # 3 is as good as 3.0, and not the other way round
    if loose and {kind, wanted} == {"int", "number"}:
        kind = wanted
    if kind != wanted:
        return "type", f"{it} is {_named(kind)}; {_named(wanted)} is expected.{_mend(kind, wanted)}"
    if kind in ("tensor", "array"):
        return _arrays(yours, expected, tolerance, it, loose)
    if kind == "list":
        if len(yours) != len(expected):
            return "shape", f"{it} has {len(yours)} elements; {len(expected)} are expected."
        parts = ((yours[i], expected[i], f"{where}[{i}]") for i in range(len(yours)))
    elif kind == "dict":
        if missing := [key for key in expected if key not in yours]:
            return "shape", f"{it} has no key {missing[0]!r}. Expected keys: {', '.join(map(repr, expected))}."
        if more := [key for key in yours if key not in expected]:
            return "shape", f"{it} has the key {shown(more[0], 80)}, which was not asked for."
        parts = ((yours[key], expected[key], f"{where}[{key!r}]") for key in expected)
    else:
        return None if _same(yours, expected, tolerance) else (
            "values", f"{it} is {shown(yours, 80)}; {shown(expected, 80)} is expected.",
        )  # fmt: skip
    found = [d for one, other, place in parts if (d := difference(one, other, tolerance, place, loose))]
    order = ("type", "dtype", "shape", "values")
    return min(found, key=lambda d: order.index(d[0])) if found else None


def _arrays(yours: Any, expected: Any, tolerance: float, it: str, loose: bool) -> tuple[str, str] | None:
    import numpy as np

    have, want = (str(x.dtype).removeprefix("torch.") for x in (yours, expected))
    if have != want and not loose:
        return "dtype", f"{it} is {have}; {want} is expected."
    if tuple(yours.shape) != tuple(expected.shape):
        return "shape", f"{it} has the shape {list(yours.shape)}; {list(expected.shape)} is expected."
    a, b = (_numpy(x) for x in (yours, expected))
    if a.size == 0:
        return None
    if "f" in (a.dtype.kind, b.dtype.kind):
        wrong = ~(np.isclose(a, b, rtol=0.0, atol=tolerance, equal_nan=True))
    else:
        wrong = a != b
    if not wrong.any():
        return None
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"[{', '.join(map(str, first))}]" if first else ""
    return "values", (
        f"{it}{place} is {shown(a[first].item(), 80)}; {shown(b[first].item(), 80)} is expected "
        f"({int(wrong.sum())} of {a.size} values differ)."
    )


def _numpy(x: Any) -> Any:
    if not is_tensor(x):
        return x
    return (x.float() if x.dtype.is_floating_point and x.itemsize == 2 else x).numpy()  # numpy has no bfloat16


def _same(yours: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, float) or isinstance(yours, float):
        return math.isclose(yours, expected, rel_tol=0.0, abs_tol=tolerance) or (
            yours != yours and expected != expected
        )
    return bool(yours == expected)


def _kind(value: Any) -> str:
    if is_tensor(value):
        return "tensor"
    names = {bool: "bool", int: "int", float: "number", str: "str", list: "list", dict: "dict", type(None): "None"}
    return names.get(type(value), "array")


def _named(kind: str) -> str:
    return {
        "tensor": "a torch tensor", "array": "a numpy array", "bool": "True or False", "int": "a whole number (int)",
        "number": "a number (float)", "str": "a string", "list": "a list", "dict": "a dict", "None": "None",
    }[kind]  # fmt: skip


def _mend(kind: str, wanted: str) -> str:
    return {
        ("array", "list"): " `.tolist()` makes one of it.",
        ("tensor", "list"): " `.tolist()` makes one of it.",
        ("list", "tensor"): " `torch.tensor(...)` or `torch.stack(...)` makes one of it.",
        ("array", "tensor"): " `torch.from_numpy(...)` makes one of it.",
        ("tensor", "array"): " `.numpy()` makes one of it.",
        ("list", "array"): " `np.array(...)` makes one of it.",
        ("tensor", "number"): " `.item()` makes one of it.",
        ("tensor", "int"): " `.item()` makes one of it.",
        ("tensor", "bool"): " `.item()` makes one of it.",
        ("number", "int"): " `int(...)`, or whole division `//`?",
        ("None", "None"): "",
    }.get((kind, wanted), "")
