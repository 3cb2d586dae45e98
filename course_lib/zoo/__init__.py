"""One interface, many models. `load("pocket")` is the one in this repository; `course models` lists the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import ModelError
from course_lib.zoo.fit import Choice, best_for_this_machine
from course_lib.zoo.listing import ModelRow, models, shipped
from course_lib.zoo.manifest import entries

if TYPE_CHECKING:
    import torch

    from course_lib.zoo.base import VideoLLM

__all__ = ["Choice", "ModelRow", "best_for_this_machine", "fetch", "load", "models"]

WEIGHTS = Path(__file__).parent.parent / "weights"
DTYPES = ("float32", "bfloat16", "float16")


def load(
    name: str | Path = "pocket",
    device: str | None = None,
    dtype: str | torch.dtype | None = None,
    quantize: str | None = None,
    revision: str | None = None,
    trust_remote_code: bool = False,
    **options: Any,
) -> VideoLLM:
    """A model by name, by its repository on the model hub ("org/name"), or from a folder.

    device: "cpu", "cuda", … (None: cuda where there is one). dtype: float32, bfloat16 or float16 (None: bfloat16 on
    CUDA, float32 on a CPU). quantize: "8bit" or "4bit", with bitsandbytes. revision: a commit of the hub's repository
    (None: the one in models.toml). trust_remote_code: run code that the repository brings, with your rights; without
    it only safetensors and settings are read. options: of the model's own loader, such as compat=True for LLaVA-Video.

    Published models are fetched once and kept where transformers keeps its own. Raises ModelError for a name it does
    not know, a hub out of reach, a model that does not fit; it never takes another model in its place.
    """
    from course_lib.zoo import extras
    from course_lib.zoo import quantize as quantizing

    quantizing.check(quantize)
    kind = _dtype_name(dtype)
    folder, shown = WEIGHTS / name, str(name)
    if not (folder / "config.json").is_file():
        folder, shown = _folder(str(name), revision, trust_remote_code)
    where = _device(device)
    from course_lib.zoo.checkpoint import read_config

    if (folder / "config.json").is_file() and read_config(folder).get("model_type") != "video_llama":
        from course_lib.zoo.open import open_published

        return open_published(folder, shown, where, kind, quantize, trust_remote_code, **options)
    if quantize is not None or options:
        raise ModelError(f"{shown} cannot be loaded so.", "Leave quantize and other options out: it is small.")
    from course_lib.model.store import load as load_folder
    from course_lib.zoo.pocket import Pocket

    try:
        return Pocket(load_folder(folder, _torch_dtype(kind)).to(where), folder.name)
    except ModuleNotFoundError:
        extras.check_torchvision()
        raise


def fetch(name: str, revision: str | None = None, trust_remote_code: bool = False) -> Path:
    """Bring a model's files to this machine, with a bar, as `load` does of itself; their folder. Raises ModelError."""
    shipped_folder = WEIGHTS / name
    return shipped_folder if shipped_folder.is_dir() else _folder(name, revision, trust_remote_code)[0]


def _folder(name: str, revision: str | None, trust_remote_code: bool) -> tuple[Path, str]:
    """Where a model's files are, fetched if need be; and what to call it."""
    entry = entries().get(name)
    if entry is None and Path(name).is_dir():
        return Path(name), Path(name).resolve().name
    if entry is None and (name.count("/") != 1 or name.startswith((".", "/", "~"))):
        raise ModelError(
            f"There is no model {name!r}.",
            f"Give one of: {', '.join([*shipped(), *entries()])}; or a folder; or ORGANISATION/NAME of the model hub.",
        )
    from course_lib.zoo import extras, hub

    extras.check()  # before gigabytes come
    repo = entry.repo if entry is not None else name
    pinned = revision or (entry.revision if entry is not None else None)
    return hub.snapshot(repo, pinned, remote_code=trust_remote_code), entry.name if entry is not None else repo


def _device(device: str | None) -> str:
    import torch

    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(1, device=where)
    except (RuntimeError, AssertionError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(f"The device {where!r} cannot be used ({first}).", "Give --device cpu.") from problem
    return where


def _dtype_name(dtype: str | torch.dtype | None) -> str | None:
    name = None if dtype is None else str(dtype).removeprefix("torch.")
    if name is not None and name not in DTYPES:
        raise ModelError(f"{name!r} is no dtype for a model.", f"Choose from {', '.join(DTYPES)}.")
    return name


def _torch_dtype(name: str | None) -> torch.dtype | None:
    import torch

    return None if name is None else getattr(torch, name)
