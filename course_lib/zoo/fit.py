"""Does a model fit this machine? And what to take where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from course_lib.errors import ModelError
from course_lib.zoo.manifest import Entry, Size, entries

if TYPE_CHECKING:
    import torch

GIB = 1024**3
# Bytes a parameter; quantized, with its scales.
BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0, "8bit": 1.05, "4bit": 0.57}
COPIES = 2  # of a clip's keys and values: one is kept for the next question
WORK = 1.1  # times the weights: what runs through them
QUANTIZED = ("8bit", "4bit")


@dataclass(frozen=True)
class Choice:
    """A model and how to hold it. dtype: float32, bfloat16 or float16; quantize: None, 8bit or 4bit; why: in words."""

    name: str
    dtype: str | None = None
    quantize: str | None = None
    why: str = ""


def needed(size: Size, how: str) -> int:
    """Bytes of memory for a model in `how` (a key of BYTES), with the work on a clip of half a minute: an estimate."""
    kept = size.exact if how in QUANTIZED else 0
    weights = kept * BYTES["float16"] + (size.parameters - kept) * BYTES[how]
    wide = 2 if how == "float32" else 1
    return round(weights * WORK + COPIES * size.cache * wide)


def available(device: str) -> int:
    """Bytes that a model could take on that device now."""
    usable(device)
    if device.startswith("cuda"):
        import torch

        free, _ = torch.cuda.mem_get_info(device)
        return int(free)
    import psutil

    return int(psutil.virtual_memory().available)


def ways(device: str) -> list[str]:
    """How models are held on a device, the most exact first; quantized ones where bitsandbytes is installed."""
    whole = ["bfloat16"] if device.startswith("cuda") else ["float32", "bfloat16"]
    return [*whole, *QUANTIZED] if find_spec("bitsandbytes") else whole


def fits(entry: Entry, device: str, memory: int | None = None) -> str | None:
    """The most exact way in which a model fits the device's free memory; None where none does."""
    memory = available(device) if memory is None else memory
    return next((how for how in ways(device) if needed(entry.size, how) <= memory), None)


def smaller(size: Size, how: str, device: str, memory: int) -> str:
    """The next smaller choice in words: the same model in fewer bits, or the largest other that fits."""
    later = ways(device)[ways(device).index(how) + 1 :] if how in ways(device) else []
    for way in later:
        if needed(size, way) <= memory:
            return f"Give {_flag(way)}."
    rows = [e for e in entries().values() if e.parameters < size.parameters and fits(e, device, memory)]
    if rows:
        best = max(rows, key=lambda e: e.parameters)
        way = fits(best, device, memory) or ways(device)[0]
        return f"Take a smaller one: --model {best.name}{'' if way == ways(device)[0] else ' ' + _flag(way)}."
    return "Take the shipped model: --model pocket."


def check_memory(name: str, size: Size, how: str, device: str) -> None:
    """Raises ModelError, with the next smaller choice, for a model that does not fit the device's free memory."""
    memory, need = available(device), needed(size, how)
    if need > memory:
        raise ModelError(
            f"{name} in {how} needs about {need / GIB:.1f} GiB; {device} has {memory / GIB:.1f} GiB free.",
            smaller(size, how, device, memory),
        )


@contextmanager
def memory_is_enough(name: str, frames: int) -> Iterator[None]:
    """Raises ModelError where the work inside runs out of memory."""
    try:
        yield
    except (MemoryError, RuntimeError) as problem:
        if not out_of_memory(problem):
            raise
        _give_back()
        fewer = f"Give fewer frames (--frames {frames // 2})" if frames > 1 else "Close other programs"
        raise ModelError(
            f"{name} ran out of memory on {frames} frames.", f"{fewer}, or a smaller model: see course models."
        ) from problem


def out_of_memory(problem: BaseException) -> bool:
    import torch

    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(problem, MemoryError | torch.OutOfMemoryError) or any(w in str(problem).lower() for w in words)


def best_for_this_machine(device: str | None = None, memory: int | None = None, hub: bool | None = None) -> Choice:
    """The model to begin with here: the largest that fits the free memory of the device, among those that are told the
    second of every frame.

    On a CPU only models of up to a billion parameters are taken, since larger ones need minutes for an answer. hub:
    whether models can be fetched (None: unless HF_HUB_OFFLINE is set); without, those that are here already count, and
    else it is pocket. memory: bytes, None: what is free.
    """
    from course_lib.zoo import hub as files

    device = device or default_device()
    memory = available(device) if memory is None else memory
    reachable = not files.offline() if hub is None else hub
    most = float("inf") if device.startswith("cuda") else 1e9
    rows = [e for e in entries().values() if e.family.seconds and e.parameters <= most and fits(e, device, memory)]
    if not reachable:
        rows = [e for e in rows if files.cached(e.repo, e.revision)]
    if not rows:
        return Choice("pocket", why="it is shipped, and no published model both fits and can be had here")
    best = max(rows, key=lambda e: e.parameters)
    how = fits(best, device, memory)
    assert how is not None
    small = "" if device.startswith("cuda") else " and a CPU's patience"
    why = f"the largest told the seconds of its frames that fits {memory / GIB:.0f} GiB of {device} memory{small}"
    return Choice(best.name, None if how in QUANTIZED else how, how if how in QUANTIZED else None, why)


def default_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def default_dtype(device: str) -> torch.dtype:
    """float32 on a CPU; on CUDA bfloat16, or float16 on cards that only emulate it (Turing and before)."""
    import torch

    if not device.startswith("cuda"):
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def usable(device: str) -> str:
    """The device, if torch can use it. Raises ModelError for one that it cannot."""
    import torch

    try:
        if torch.device(device).type == "meta":
            raise RuntimeError("it has no storage")
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(f"The device {device!r} cannot be used ({first}).", "Give --device cpu.") from problem
    return device


def _flag(way: str) -> str:
    return f"--quantize {way}" if way in QUANTIZED else f"--dtype {way}"


def _give_back() -> None:
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
