"""A VideoLLaMA on disk: config.json, model.safetensors, tokenizer.json. No pickle, no code."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.errors import ModelError

if TYPE_CHECKING:
    import torch
    from torch import nn

    from course_lib.model.video_llama import VideoLLaMA

FILES = ("config.json", "model.safetensors", "tokenizer.json")


def save(model: VideoLLaMA, folder: str | Path, dtype: torch.dtype | None = None) -> None:
    """Write the model's three files; dtype: store floating weights in it (float16 halves the file)."""
    from safetensors.torch import save_model

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = model.tokenizer
    config = {
        "model_type": "video_llama",
        "time_signal": model.time_signal,
        "encoder": _describe(model.encoder),
        "projector": _describe(model.projector),
        "llm": {k: v for k, v in model.llm.config.to_diff_dict().items() if k != "dtype"},
        "special_tokens": {
            "pad_token": tokenizer.pad_token, "unk_token": tokenizer.unk_token, "eos_token": tokenizer.eos_token,
        },
        **model.extra,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    stored = copy.deepcopy(model).to(dtype) if dtype else model
    save_model(stored, str(folder / "model.safetensors"))


def load(folder: str | Path, dtype: torch.dtype | None = None) -> VideoLLaMA:
    """The model of a folder written by `save`, in dtype (float32). Raises ModelError for a folder that is not one."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_model
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

    from course_lib.model.video_llama import VideoLLaMA

    folder = Path(folder)
    for name in FILES:
        if not (folder / name).is_file():
            raise ModelError(f"{folder} has no {name}.", f"Give a folder with {', '.join(FILES)}.")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **config["special_tokens"])
        llm_config = AutoConfig.for_model(**config["llm"])
        llm = AutoModelForCausalLM.from_config(llm_config, dtype=torch.float32)
        model = VideoLLaMA(
            _build(config["encoder"]), _build(config["projector"]), llm, tokenizer, time_signal=config["time_signal"]
        )
        known = ("model_type", "time_signal", "encoder", "projector", "llm", "special_tokens")
        model.extra = {k: v for k, v in config.items() if k not in known}
        load_model(model, str(folder / "model.safetensors"))
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(
            f"{folder} does not load ({type(problem).__name__}: {first}).", "Its files are damaged: restore them."
        ) from problem
    return model.to(dtype or torch.float32).eval()


def _parts() -> dict[str, type[nn.Module]]:
    from course_lib.model.encoder import TubeletEncoder
    from course_lib.model.projector import MergingProjector

    return {"tubelet": TubeletEncoder, "merging": MergingProjector}


def _describe(part: nn.Module) -> dict:
    for name, kind in _parts().items():
        if type(part) is kind:
            return {"type": name, **part.config()}  # type: ignore[operator]
    raise ModelError(f"A {type(part).__name__} cannot be saved.", f"Saved parts are: {', '.join(_parts())}.")


def _build(description: dict) -> nn.Module:
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in description.items() if k != "type"}
    return _parts()[description["type"]](**options)
