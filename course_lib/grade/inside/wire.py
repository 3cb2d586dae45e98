"""Frames between the grader and an answer: JSON with raw arrays behind it, in sizes that are known before reading.

This file is read on both sides, so it imports nothing of the course. What comes out of a sandbox is written by whoever
wrote the answer: every length, type and depth is checked here, and anything else is a WireError.

A frame: b"VC", 4 bytes length of the JSON, 4 bytes length of the arrays (big endian), the JSON, the arrays. In the JSON
null, true, numbers and strings stand for themselves, a list for a list; a dict is {"d": [[key, value], …]}, an array
{"a": [kind, dtype, shape, first byte, bytes]}, a lent function {"f": number}.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

HEAD = struct.Struct(">2sII")
MAGIC = b"VC"
MOST_JSON = 8 << 20
MOST_ARRAYS = 64 << 20
MOST_VALUES = 1 << 20  # in one frame: a list of nothing takes 3 bytes of JSON and 200 of memory
SMALLEST, LARGEST = -(1 << 63), (1 << 64) - 1  # beyond, ints overflow floats, and hash to the same place by the million
DEPTH = 20
DTYPES = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8,
}  # fmt: skip


class WireError(Exception):
    """A frame that is no frame, or a value that must not pass."""


def encode(value: Any, lend: Callable[[Callable[..., Any]], int] | None = None) -> bytes:
    """A frame of a plain value. lend: registers a function and gives its number. Raises WireError."""
    arrays: list[bytes] = []
    body = json.dumps(_out(value, arrays, lend, 0), separators=(",", ":")).encode()
    blob = b"".join(arrays)
    if len(body) > MOST_JSON or len(blob) > MOST_ARRAYS:
        raise WireError(f"{len(body) + len(blob):,} bytes are too many to hand over")
    _countable(body)
    return HEAD.pack(MAGIC, len(body), len(blob)) + body + blob


def decode(body: bytes, blob: bytes, borrow: Callable[[int], Callable[..., Any]] | None = None) -> Any:
    """The value of a frame. borrow: number -> what stands for that function. Raises WireError."""
    _countable(body)
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise WireError(f"not JSON ({type(problem).__name__})") from None
    return _in(raw, Arrays(blob), borrow, 0)


class Arrays:
    """The bytes of a frame's arrays, each given out once and in order: a thousand arrays over the same bytes would
    take a thousand times their memory."""

    def __init__(self, blob: bytes) -> None:
        self.blob, self.used = memoryview(blob), 0

    def take(self, start: int, size: int) -> bytearray:
        if start != self.used or start + size > len(self.blob):
            raise WireError("an array whose bytes are not there")
        self.used += size
        return bytearray(self.blob[start : start + size])


def _countable(body: bytes) -> None:
    """Counts separators before anything is built of them; those inside strings count too."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise WireError("more values than may be handed over in lists; an array holds more")


def lengths(head: bytes) -> tuple[int, int]:
    """Bytes of JSON and of arrays that follow a head. Raises WireError before anything of that size is read."""
    magic, body, blob = HEAD.unpack(head)
    if magic != MAGIC or body > MOST_JSON or blob > MOST_ARRAYS:
        raise WireError("not a frame, or one that is too large")
    return body, blob


def _out(value: Any, arrays: list[bytes], lend: Callable[[Callable[..., Any]], int] | None, depth: int) -> Any:
    if depth > DEPTH:
        raise WireError(f"nested more than {DEPTH} deep")
    kind = type(value)
    if kind is int and not SMALLEST <= value <= LARGEST:
        raise WireError("a whole number of more than 64 bits")
    if value is None or kind in (bool, int, float, str):
        return value
    if kind in (list, tuple):
        return [_out(item, arrays, lend, depth + 1) for item in value]
    if kind in (dict, OrderedDict):  # a state_dict is of the second kind
        if any(type(key) not in (str, int) for key in value):
            raise WireError("a dict with a key that is neither a string nor an int")
        return {"d": [[_out(k, arrays, lend, depth + 1), _out(v, arrays, lend, depth + 1)] for k, v in value.items()]}
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and isinstance(value, numpy.generic):
        return _out(value.item(), arrays, lend, depth + 1)  # the item of a longdouble is a longdouble
    if numpy is not None and kind is numpy.ndarray:
        name, shape, data = str(value.dtype), list(value.shape), numpy.ascontiguousarray(value).tobytes()
    elif torch is not None and isinstance(value, torch.Tensor):
        flat = value.detach().to("cpu").contiguous()
        name, shape = str(flat.dtype).removeprefix("torch."), list(flat.shape)
        data = flat.reshape(-1).view(torch.uint8).numpy().tobytes() if flat.numel() else b""
    elif lend is not None and callable(value):
        return {"f": lend(value)}
    else:
        raise WireError(f"a value of type {kind.__name__}")
    if name not in DTYPES:
        raise WireError(f"an array of {name}")
    if not _fits(shape):
        raise WireError(f"an array of the shape {shape}")
    start = sum(map(len, arrays))
    arrays.append(data)
    return {"a": ["numpy" if kind.__module__ == "numpy" else "torch", name, shape, start, len(data)]}


def _in(raw: Any, blob: Arrays, borrow: Callable[[int], Callable[..., Any]] | None, depth: int) -> Any:
    if depth > DEPTH:
        raise WireError(f"nested more than {DEPTH} deep")
    if type(raw) is int and not SMALLEST <= raw <= LARGEST:
        raise WireError("a whole number of more than 64 bits")
    if raw is None or type(raw) in (bool, int, float, str):
        return raw
    if type(raw) is list:
        return [_in(item, blob, borrow, depth + 1) for item in raw]
    if type(raw) is not dict or len(raw) != 1:
        raise WireError("an unknown form")
    [(tag, inner)] = raw.items()
    if tag == "d" and type(inner) is list:
        return _dict(inner, blob, borrow, depth)
    if tag == "a" and type(inner) is list and len(inner) == 5:
        return _array(inner, blob)
    if tag == "f" and borrow is not None and type(inner) is int:
        return borrow(inner)
    raise WireError("an unknown form")


def _dict(pairs: list[Any], blob: Arrays, borrow: Any, depth: int) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for pair in pairs:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) not in (str, int):
            raise WireError("a dict with a key that is neither a string nor an int")
        found[_in(pair[0], blob, borrow, depth + 1)] = _in(pair[1], blob, borrow, depth + 1)
    return found


def _fits(shape: list[int]) -> bool:
    """Whether a shape is one to work with: [10**9, 0] holds nothing, and makes 10**9 lists."""
    return len(shape) <= 8 and math.prod(max(n, 1) for n in shape) <= MOST_ARRAYS


def _array(parts: list[Any], blob: Arrays) -> Any:
    kind, name, shape, start, size = parts
    if kind not in ("numpy", "torch") or type(name) is not str or name not in DTYPES or type(shape) is not list:
        raise WireError("an array of an unknown kind")
    if any(type(n) is not int or n < 0 for n in [*shape, start, size]) or not _fits(shape):
        raise WireError("an array with an impossible shape")
    if size != math.prod(shape) * DTYPES[name]:
        raise WireError("an array whose bytes are not there")
    data = blob.take(start, size)
    if name == "bool" and data.translate(None, b"\0\1"):
        raise WireError("a bool that is neither 0 nor 1")
    if kind == "numpy":
        import numpy

        if name == "bfloat16":
            raise WireError("an array of an unknown kind")
        return numpy.frombuffer(data, dtype=name).reshape(shape)
    import torch

    dtype = getattr(torch, name)
    return (torch.frombuffer(data, dtype=dtype) if size else torch.empty(0, dtype=dtype)).reshape(shape)
