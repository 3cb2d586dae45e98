"""One interface, many models. `load("pocket")` is the one in this repository; `course models` lists the others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import ModelError
from course_lib.progress import waiting
from course_lib.zoo import fit
from course_lib.zoo.checkpoint import read_config
from course_lib.zoo.fit import Choice, best_for_this_machine
from course_lib.zoo.listing import ModelRow, models, shipped
from course_lib.zoo.manifest import entries

if TYPE_CHECKING:
    import torch

    from course_lib.zoo.base import VideoLLM

__all__ = ["Choice", "ModelRow", "best_for_this_machine", "fetch", "load", "models"]

WEIGHTS = Path(__file__).parent.parent / "weights"
LONGEST_NAME = 1000
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
    """A model by name, by its repository on the model hub ("org/name"), or from a folder: of a published model, of
    pocket's kind, or of one's own parts (`course_lib.model.parts`).

    device: "cpu", "cuda", … (None: cuda where there is one). dtype: float32, bfloat16 or float16 (None: bfloat16 on
    CUDA, float32 on a CPU). quantize: "8bit" or "4bit", with bitsandbytes. revision: a commit of the hub's repository
    (None: the one in models.toml). trust_remote_code: run code that the repository brings, with your rights; without
    it only safetensors and settings are read. options: of the model's own loader, such as compat=True for LLaVA-Video.

    Published models are fetched once and kept where transformers keeps its own. Raises ModelError for a name it does
    not know, a hub out of reach, a model that does not fit; it never takes another model in its place.
    """
    from course_lib.zoo import extras

    folder, shown = _place(name, device, dtype, quantize, revision, trust_remote_code)
    where, kind = fit.usable(device or fit.default_device()), _dtype_name(dtype)
    with waiting(f"loading {shown}", at_once="torch" not in sys.modules):
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


def fetch(
    name: str | Path,
    device: str | None = None,
    dtype: str | torch.dtype | None = None,
    quantize: str | None = None,
    revision: str | None = None,
    trust_remote_code: bool = False,
) -> Path:
    """Bring a model's files to this machine, with a bar, as `load` does of itself; their folder. Raises ModelError,
    also for what could not be loaded afterwards."""
    return _place(name, device, dtype, quantize, revision, trust_remote_code)[0]


def _place(
    name: str | Path,
    device: str | None,
    dtype: str | torch.dtype | None,
    quantize: str | None,
    revision: str | None,
    trust_remote_code: bool,
) -> tuple[Path, str]:
    """Where a model's files are, fetched if need be, and what to call it. What must fail does so before a download."""
    from course_lib.zoo import extras, hub
    from course_lib.zoo import quantize as quantizing

    quantizing.check(quantize)
    how = quantize or _dtype_name(dtype)
    text = str(name)
    if not isinstance(name, str | Path) or not 0 < len(text) < LONGEST_NAME:
        raise ModelError(f"{text[:40]!r} is no name of a model.", "`course models` lists them.")
    entry, folder = entries().get(text), WEIGHTS / text
    if entry is None and ((folder / "config.json").is_file() or Path(text).is_dir()):
        if revision is not None:
            raise ModelError(f"{text} is a folder here and has no revisions.", "Leave revision out.")
        found = folder if (folder / "config.json").is_file() else Path(text)
        return found, found.resolve().name
    if entry is None and (text.count("/") != 1 or text.startswith((".", "/", "~"))):
        raise ModelError(
            f"There is no model {text!r}.",
            f"Give one of: {', '.join([*shipped(), *entries()])}; or a folder; or ORGANISATION/NAME of the model hub.",
        )
    repo, pinned = (entry.repo, revision or entry.revision) if entry is not None else (text, revision)
    extras.check()
    where = fit.usable(device or fit.default_device())
    if entry is not None and hub.cached(repo, pinned) is None:
        fit.check_memory(entry.name, entry.size, how or str(fit.default_dtype(where)).removeprefix("torch."), where)
    return hub.snapshot(repo, pinned, remote_code=trust_remote_code), entry.name if entry is not None else repo


def _dtype_name(dtype: str | torch.dtype | None) -> str | None:
    name = None if dtype is None else str(dtype).removeprefix("torch.")
    if name is not None and name not in DTYPES:
        raise ModelError(f"{name!r} is no dtype for a model.", f"Choose from {', '.join(DTYPES)}.")
    return name


def _torch_dtype(name: str | None) -> torch.dtype | None:
    import torch

    return None if name is None else getattr(torch, name)
