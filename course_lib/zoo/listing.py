"""What `course models` lists: every model that `load` knows by name, and what it costs on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.zoo import fit, hub
from course_lib.zoo.checkpoint import count_parameters, read_config
from course_lib.zoo.manifest import Size, entries

SECONDS, HEIGHT, WIDTH = 30.0, 720, 1280  # the clip whose tokens are listed


@dataclass(frozen=True)
class ModelRow:
    """A line of `course models`.

    repo, revision, licence: on the model hub. download: bytes, 0 of a shipped one. memory: bytes by dtype, with the
    work on a clip. frames, tokens: of a clip of 30 s at 1280 x 720, at its defaults. time_signal: how it is told when a
    frame is shown. fits: the most exact way in which it fits the free memory here, None where none does. available: its
    files are on this machine. needs: what to install.
    """

    name: str
    repo: str
    revision: str
    licence: str
    parameters: int
    download: int
    memory: dict[str, int]
    frames: int
    tokens: int
    time_signal: str
    fits: str | None
    available: bool
    needs: str
    note: str = ""


def models(device: str | None = None) -> list[ModelRow]:
    """The shipped models, then the published ones in the order of models.toml. device: whose free memory counts (None:
    cuda where there is one)."""
    device = device or fit.default_device()
    memory = fit.available(device)
    rows = [_shipped(name) for name in shipped()]
    for e in entries().values():
        frames, tokens = e.clip_tokens(SECONDS, HEIGHT, WIDTH)
        rows.append(
            ModelRow(
                e.name, e.repo, e.revision, e.licence, e.parameters, e.download, _memory(e.size), frames, tokens,
                e.family.time_signal, fit.fits(e, device, memory), hub.cached(e.repo, e.revision) is not None,
                "pip install -e '.[hub]'", e.note,
            )
        )  # fmt: skip
    return rows


def shipped() -> dict[str, int]:
    """The models in this repository by name, with their number of parameters."""
    from course_lib.zoo import WEIGHTS

    return {path.parent.name: count_parameters(path.parent) for path in sorted(WEIGHTS.glob("*/config.json"))}


def _shipped(name: str) -> ModelRow:
    from course_lib.zoo import WEIGHTS

    config, parameters = read_config(WEIGHTS / name), shipped()[name]
    moments, memory = 16, _memory(Size(parameters, parameters))
    return ModelRow(
        name, f"course_lib/weights/{name}", "", "apache-2.0", parameters, 0, memory, 2 * moments,
        moments * int(config["projector"]["tokens"]), str(config["time_signal"]), "float32", True, "nothing more",
    )  # fmt: skip


def _memory(size: Size) -> dict[str, int]:
    return {how: fit.needed(size, how) for how in ("float32", "float16", "8bit", "4bit")}
