"""Bring your own parts: any vision encoder and any causal language model of transformers, a new projector between.

The two parts are named and not copied: what is saved of such a model is its projector alone, as LLaVA's first stage
saves `mm_projector`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from course_lib.errors import ModelError
from course_lib.model.pretrained import POCKET, SMOLLM2, pretrained_encoder, pretrained_language, quiet
from course_lib.model.projector import PoolingProjector
from course_lib.model.prompt import VIDEO
from course_lib.model.video_llama import VideoLLaMA
from course_lib.tokens.pool import pooled_side

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PARTS = "video_llama_parts"  # the model type in config.json
NOISE = 4  # frames by which a new projector's outputs are measured


def from_parts(
    vision: str | Path = POCKET,
    llm: str | Path = SMOLLM2,
    stride: int = 2,
    dtype: torch.dtype = torch.float32,
    seed: int = 0,
) -> VideoLLaMA:
    """A video language model of parts that have never met: encoder and language model trained, the projector not.

    vision: "pocket" (the shipped model's tubelet encoder: four features of two frames), or the name or folder of a
    SigLIP, CLIP or DINOv2. llm: the name or folder of a causal language model, a .gguf file, or "smollm2-135m". stride:
    patches of a frame that are averaged to one token, along each side; pocket's 2 x 2 features stay four. seed: of the
    projector. Encoder: layer -2, without the class token. Raises ModelError for a part that is unknown, out of reach,
    damaged, or lacks weights. Source: LLaVA (Liu et al., 2023), the model before its first stage.
    """
    with quiet(), torch.random.fork_rng(devices=[]):
        encoder: Any = pretrained_encoder(vision, dtype)
        language, tokenizer = pretrained_language(llm, dtype)
        table: Any = language.get_input_embeddings()
        torch.manual_seed(seed)
        if str(vision) == POCKET:
            stride = 1
        elif not 0 < stride <= encoder.side:
            raise ModelError(
                f"{encoder.side} x {encoder.side} patches cannot be pooled by {stride}.",
                f"Give a stride of 1 to {encoder.side}.",
            )
        projector = PoolingProjector(encoder.out_dim, table.embedding_dim, "average", stride, "no_token").to(dtype)
        torch.manual_seed(0)  # the row that <|video|> adds to the table is drawn, and is to be the same when loaded
        model = VideoLLaMA(encoder, projector, language, tokenizer, time_signal="none")
        _scale_to_words(model)
    ends: Any = language.generation_config.eos_token_id if language.generation_config is not None else None
    more = ends if isinstance(ends, list) else [ends]
    model.ends = tuple(dict.fromkeys(e for e in (tokenizer.eos_token_id, *more) if e is not None))
    model.extra = {"vision": _named(vision), "llm": _named(llm)}
    return model.eval()


def save_parts(model: VideoLLaMA, folder: str | Path) -> None:
    """Write config.json (which parts) and projector.safetensors; see `load_parts`."""
    from safetensors.torch import save_file

    if not {"vision", "llm"} <= set(model.extra) or not isinstance(model.projector, PoolingProjector):
        raise ModelError("This model does not say what its parts are.", "Build it with from_parts, or save it whole.")
    folder, p = Path(folder), model.projector
    folder.mkdir(parents=True, exist_ok=True)
    shape = {"in_dim": p.mlp[0].in_features, "hidden": p.mlp[-1].out_features, "mode": p.mode, "stride": p.stride}
    config = {"model_type": PARTS, **model.extra, "projector": {**shape, "newline": p.newline_at}}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    weights = {name: value.detach().cpu().contiguous() for name, value in p.state_dict().items()}
    save_file(weights, folder / "projector.safetensors")


def load_parts(folder: str | Path, dtype: torch.dtype = torch.float32) -> VideoLLaMA:
    """The model of a folder that `save_parts` wrote; its parts are loaded from where they were. Raises ModelError."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    folder = Path(folder)
    for name in ("config.json", "projector.safetensors"):
        if not (folder / name).is_file():
            raise ModelError(f"{folder} has no {name}.", "Give a folder that save_parts wrote.")
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["model_type"] != PARTS:
            raise ModelError(f"{folder} holds a {config['model_type']} model.", "Load it with course_lib.zoo.load.")
        vision, llm, shape = str(config["vision"]), str(config["llm"]), config["projector"]
        stride, built = int(shape["stride"]), (shape["mode"], shape["newline"])
        weights = load_file(folder / "projector.safetensors")
    except (KeyError, TypeError, ValueError, SafetensorError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(
            f"{folder} does not load ({type(problem).__name__}: {first}).", "It is damaged: restore its files."
        ) from problem
    if built != ("average", "no_token"):
        raise ModelError(f"{folder} has a projector of another kind: {', '.join(map(str, built))}.", "Train it here.")
    model = from_parts(vision, llm, stride, dtype)
    try:
        model.projector.load_state_dict(weights)
    except RuntimeError as problem:
        first = str(problem).strip().splitlines()[-1].strip()
        raise ModelError(
            f"The projector of {folder} does not fit {vision} and {llm} ({first}).", "Its parts changed: train it anew."
        ) from problem
    return model


def tokens_a_moment(model: VideoLLaMA) -> int:
    """Video tokens of one moment: of a frame, or of a tubelet's two."""
    side = getattr(model.encoder, "side", None) or round(model.encoder.tokens**0.5)
    return pooled_side(side, model.projector.stride, model.projector.mode) ** 2


def chat_prompt(tokenizer: PreTrainedTokenizerBase) -> tuple[str, str]:
    """What stands before a user's words, and between them and the answer: as the tokenizer's chat template has it, or
    "USER: … ASSISTANT:" (as LLaVA-1.5) where it has none. Raises ModelError for a template that drops the words."""
    if not tokenizer.chat_template:
        return f"{tokenizer.bos_token or ''}USER: ", " ASSISTANT:"
    talk = [{"role": "user", "content": VIDEO}]
    # enable_thinking: of those templates that know it; the others take no notice
    text = tokenizer.apply_chat_template(talk, tokenize=False, add_generation_prompt=True, enable_thinking=False)
    before, found, behind = str(text).partition(VIDEO)
    if not found:
        raise ModelError("The tokenizer's chat template leaves the user's words out.", "Give a model that chats.")
    return before, behind


@torch.no_grad()
def _scale_to_words(model: VideoLLaMA) -> None:
    """The last layer of a new projector, so that its outputs are as large as the language model's word vectors: far
    larger or smaller tokens drown the words, or are drowned by them. Measured on frames of coloured squares."""
    encoder, table, last = model.encoder, model.llm.get_input_embeddings(), model.projector.mlp[-1]
    coarse = torch.rand(NOISE, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    frames = nn.functional.interpolate(coarse, (encoder.size, encoder.size))
    rows = torch.arange(0, table.num_embeddings, max(1, table.num_embeddings // 4096))  # a sample of all words
    factor = _rms(table(rows)) / _rms(model.encode(frames[None]))
    last.weight.mul_(factor)
    last.bias.mul_(factor)


def _rms(x: Tensor) -> Tensor:
    return x.float().pow(2).mean().sqrt()


def _named(part: str | Path) -> str:
    """How a part is called in config.json: a folder or file by its whole path, so that it is found from anywhere."""
    known = str(part) in (POCKET, SMOLLM2) or not Path(part).exists()
    return str(part) if known else str(Path(part).resolve())
