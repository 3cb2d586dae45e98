"""Frames between the grader and an answer: JSON with raw arrays behind it, in sizes that are known before reading.

This file is read on both sides, so it imports nothing of the course. What comes out of a sandbox is written by whoever
wrote the answer: every length, type and depth is checked here, and anything else is a WireError.

A frame: b"VC", 4 bytes length of the JSON, 4 bytes length of the arrays (big endian), the JSON, the arrays. In the JSON
null, true, numbers and strings stand for themselves, a list for a list; a dict is {"d": [[key, value], …]}, an array
{"a": [kind, dtype, shape, first byte, bytes]}, a lent function {"f": number}.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from typing import Any

HEAD = struct.Struct(">2sII")
MAGIC = b"VC"
MOST_JSON = 8 << 20
MOST_ARRAYS = 64 << 20
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
    return HEAD.pack(MAGIC, len(body), len(blob)) + body + blob


def decode(body: bytes, blob: bytes, borrow: Callable[[int], Callable[..., Any]] | None = None) -> Any:
    """The value of a frame. borrow: number -> what stands for that function. Raises WireError."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise WireError(f"not JSON ({type(problem).__name__})") from None
    return _in(raw, blob, borrow, 0)


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
    if value is None or kind in (bool, int, float, str):
        return value
    if kind in (list, tuple):
        return [_out(item, arrays, lend, depth + 1) for item in value]
    if kind is dict:
        return {"d": [[_out(k, arrays, lend, depth + 1), _out(v, arrays, lend, depth + 1)] for k, v in value.items()]}
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and isinstance(value, numpy.generic):
        return _out(value.item(), arrays, lend, depth)
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
    start = sum(map(len, arrays))
    arrays.append(data)
    return {"a": ["numpy" if kind.__module__ == "numpy" else "torch", name, shape, start, len(data)]}


def _in(raw: Any, blob: bytes, borrow: Callable[[int], Callable[..., Any]] | None, depth: int) -> Any:
    if depth > DEPTH:
        raise WireError(f"nested more than {DEPTH} deep")
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


def _dict(pairs: list[Any], blob: bytes, borrow: Any, depth: int) -> dict[Any, Any]:
    found = {}
    for pair in pairs:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) not in (str, int):
            raise WireError("a dict with a key that is neither a string nor an int")
        found[pair[0]] = _in(pair[1], blob, borrow, depth + 1)
    return found


def _array(parts: list[Any], blob: bytes) -> Any:
    kind, name, shape, start, size = parts
    if kind not in ("numpy", "torch") or type(name) is not str or name not in DTYPES or type(shape) is not list:
        raise WireError("an array of an unknown kind")
    if (
        len(shape) > 8
        or any(type(n) is not int or n < 0 for n in shape)
        or type(start) is not int
        or type(size) is not int
    ):
        raise WireError("an array with an impossible shape")
    count = 1
    for n in shape:
        count *= n
        if count > MOST_ARRAYS:
            raise WireError("an array that is too large")
    if size != count * DTYPES[name] or start < 0 or start + size > len(blob):
        raise WireError("an array whose bytes are not there")
    data = bytearray(blob[start : start + size])
    if name == "bool" and size and max(data) > 1:
        raise WireError("a bool that is neither 0 nor 1")
    if kind == "numpy":
        import numpy

        if name == "bfloat16":
            raise WireError("an array of an unknown kind")
        return numpy.frombuffer(data, dtype=name).reshape(shape)
    import torch

    dtype = getattr(torch, name)
    return (torch.frombuffer(data, dtype=dtype) if size else torch.empty(0, dtype=dtype)).reshape(shape)
