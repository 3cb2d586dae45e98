"""A published checkpoint into a model of this course: every tensor has its place, and every place its tensor."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import ModelError
from course_lib.progress import progress

if TYPE_CHECKING:
    import torch
    from torch import nn

Rename = Callable[[str], str | None]
Place = Callable[["nn.Module", str, "torch.Tensor"], Any]
SHOWN = 4  # names in an error


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a model's folder. Raises ModelError where there is none or it is no JSON object."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except OSError as problem:
        raise ModelError(f"{folder} has no config.json.", "Give the folder of a model, or its name.") from problem
    except ValueError as problem:
        raise ModelError(f"{folder / 'config.json'} is no JSON ({problem}).", "Fetch the file again.") from problem
    if not isinstance(config, dict):
        raise ModelError(f"{folder / 'config.json'} holds no model's settings.", "Fetch the file again.")
    return config


def stored_names(folder: Path) -> set[str]:
    """Names of the tensors in a folder's safetensors files, read from their headers."""
    names: set[str] = set()
    for file in shards(folder):
        with opened(file) as stored:
            names.update(stored.keys())
    return names


def count_parameters(folder: Path) -> int:
    """Numbers in a folder's safetensors files, read from their headers."""
    total = 0
    for file in shards(folder):
        with opened(file) as stored:
            total += sum(math.prod(stored.get_slice(key).get_shape()) for key in stored.keys())  # noqa: SIM118
    return total


@contextmanager
def opened(file: Path) -> Iterator[Any]:
    """A safetensors file, its tensors read when they are asked for. Raises ModelError for one that is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="pt") as stored:
            yield stored
    except (SafetensorError, OSError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(f"{file} cannot be read ({first}).", "It is damaged: fetch it again.") from problem


def shards(folder: Path) -> list[Path]:
    """The safetensors files of a folder. Raises ModelError where they, or some that its index names, are missing."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            names = sorted(set(map(str, json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ModelError(f"{index} names no files of weights.", "It is damaged: fetch it again.") from problem
    else:
        names = ["model.safetensors"]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
            raise ModelError(
                f"{folder} holds its weights as pickles, which can run code.", "Give a model that has .safetensors."
            )
        raise ModelError(f"{folder} has no {_some(missing)}.", "Fetch the model again.")
    return [folder / name for name in names]


def fill(
    model: nn.Module,
    folder: Path,
    rename: Rename,
    dtype: torch.dtype,
    device: str | torch.device,
    place: Place | None = None,
) -> None:
    """Put the tensors of a checkpoint into `model`, whose parameters may still be without storage (device "meta").

    rename: the checkpoint's name of a tensor -> the model's, None for one that has no place there. Shards are opened
    one after the other and each tensor is read, converted and placed alone, so that beside the model at most one shard
    is held. place: what puts a tensor where a name says, for weights that are stored otherwise (quantized).
    Raises ModelError for a tensor without a place, a place without a tensor, and a shape that differs.
    """
    import torch

    wanted = {name: tuple(p.shape) for name, p in model.named_parameters()}  # tied ones count once
    stray: list[str] = []
    files = shards(folder)
    left = dict(wanted)
    for file in progress(files, "loading weights", len(files), unit="files"):
        with opened(file) as stored:
            for key in stored.keys():  # noqa: SIM118
                name = rename(key)
                if name is None or name not in left:
                    stray.append(key)
                    continue
                shape = tuple(stored.get_slice(key).get_shape())
                if shape != left.pop(name):
                    raise ModelError(
                        f"{key} in {file.name} is {list(shape)}, the model has {list(wanted[name])} there.",
                        "Its config.json belongs to other weights: fetch both again.",
                    )
                (place or put)(model, name, stored.get_tensor(key).to(device=device, dtype=dtype))
    if stray or left:
        parts = [f"{len(stray)} of its tensors have no place ({_some(stray)})"] if stray else []
        parts += [f"{len(left)} places have no tensor ({_some(list(left))})"] if left else []
        raise ModelError(f"{folder} does not fit: {'; '.join(parts)}.", "It is a model of another build.")
    for buffer_name, buffer in list(model.named_buffers()):
        if buffer.device != torch.device(device):
            owner, name = owner_of(model, buffer_name)
            owner._buffers[name] = buffer.to(device)


def put(model: nn.Module, name: str, tensor: torch.Tensor) -> None:
    """The parameter `name` of the model becomes this tensor, wherever it is tied in too."""
    from torch import nn

    owner, last = owner_of(model, name)
    old = owner._parameters[last]
    new = nn.Parameter(tensor, requires_grad=False)
    for module in model.modules():
        for key, value in module._parameters.items():
            if value is old:
                module._parameters[key] = new


def owner_of(model: nn.Module, name: str) -> tuple[nn.Module, str]:
    """The module that holds `name`, and the last part of the name."""
    path, _, last = name.rpartition(".")
    return model.get_submodule(path), last


def by_prefix(*pairs: tuple[str, str]) -> Rename:
    """A rename that replaces the first prefix that fits."""

    def rename(key: str) -> str | None:
        for old, new in pairs:
            if key.startswith(old):
                return new + key[len(old) :]
        return None

    return rename


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
