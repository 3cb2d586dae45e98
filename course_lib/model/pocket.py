"""The pocket model's size: what is built before anything is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.model.video_llama import VideoLLaMA


@dataclass(frozen=True)
class PocketConfig:
    """moments: tubelets a clip; tokens: video tokens a moment; size: pixels of the square frame."""

    size: int = 96
    tubelet: int = 2
    moments: int = 16
    tokens: int = 2
    features: int = 4
    widths: tuple[int, ...] = (32, 64, 128, 256)
    hidden: int = 256
    layers: int = 4
    heads: int = 8
    time_signal: str = "timestamp vector"

    def to_dict(self) -> dict:
        return asdict(self)


def build_pocket(config: PocketConfig | None = None, seed: int = 0) -> VideoLLaMA:
    """An untrained pocket model; the same weights for the same seed."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from course_lib.model.encoder import TubeletEncoder
    from course_lib.model.projector import MergingProjector
    from course_lib.model.tokenizer import build_tokenizer, world_texts
    from course_lib.model.video_llama import VideoLLaMA

    config = config or PocketConfig()
    tokenizer = build_tokenizer(world_texts())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        llm = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(tokenizer), hidden_size=config.hidden, num_hidden_layers=config.layers,
                num_attention_heads=config.heads, intermediate_size=round(config.hidden * 8 / 3 / 32) * 32,
                max_position_embeddings=2048, tie_word_embeddings=True, attention_dropout=0.0,
                attention_bias=True,  # lets a head look a fixed number of words back, whatever stands there
                bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
            )
        )  # fmt: skip
        encoder = TubeletEncoder(config.size, config.tubelet, config.widths, config.features)
        projector = MergingProjector(encoder.out_dim, config.features, config.tokens, config.hidden)
    return VideoLLaMA(encoder, projector, llm, tokenizer, time_signal=config.time_signal)
