"""One interface, many models. `load("pocket")` is the one in this repository; a folder with a trained one loads too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.errors import ModelError

if TYPE_CHECKING:
    from course_lib.zoo.base import VideoLLM

WEIGHTS = Path(__file__).parent.parent / "weights"


@dataclass(frozen=True)
class ModelRow:
    """A line of `course models`. parameters: how many; where: the folder of its weights."""

    name: str
    parameters: int
    where: str
    available: bool
    needs: str


def models() -> list[ModelRow]:
    """The models that `load` knows by name, read from the headers of their weights."""
    return [_row(path.parent) for path in sorted(WEIGHTS.glob("*/config.json"))]


def load(name: str | Path = "pocket", device: str | None = None) -> VideoLLM:
    """A model by name, or from a folder that `course train` or `VideoLLaMA.save_pretrained` wrote.

    device: "cpu", "cuda", … (None: cuda where there is one). Raises ModelError for a name it does not know; it never
    takes another model in its place.
    """
    folder = WEIGHTS / name if (WEIGHTS / name / "config.json").is_file() else Path(name)
    if not folder.is_dir():
        known = ", ".join(row.name for row in models()) or "none"
        raise ModelError(
            f"There is no model {str(name)!r}.", f"Give one of: {known}; or the folder of a model that you trained."
        )
    import torch

    from course_lib.model.store import load as load_folder
    from course_lib.zoo.pocket import Pocket

    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        model = load_folder(folder).to(where)
    except (RuntimeError, AssertionError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(f"The device {where!r} cannot be used ({first}).", "Give --device cpu.") from problem
    return Pocket(model, folder.name)


def _row(folder: Path) -> ModelRow:
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", framework="numpy") as file:
        parameters = sum(_size(file.get_slice(key).get_shape()) for key in file.keys())  # noqa: SIM118
    return ModelRow(folder.name, parameters, f"course_lib/weights/{folder.name}", True, "a CPU")


def _size(shape: list[int]) -> int:
    out = 1
    for n in shape:
        out *= n
    return out
