"""VideoLLaMA: encode -> aggregate over time -> project -> splice -> attend, over any transformers causal LM."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.errors import ModelError, SpliceError
from course_lib.model.decode import Writer
from course_lib.model.prompt import VIDEO
from course_lib.model.splice import splice
from course_lib.model.tokenizer import LAST_NUMBER

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from transformers.modeling_outputs import CausalLMOutputWithPast

IGNORED = -100  # the label that cross entropy leaves out


class VideoLLaMA(nn.Module):
    """A video language model as the field draws it.

    encoder: frames [B, T, 3, H, W] -> features [B, T', K, in_dim]. aggregator: features -> features with less time
    (identity when None). projector: -> [B, T', K', hidden]. llm: a transformers causal LM, or the name or folder of
    one. The tokenizer learns `<|video|>` if it lacks it, and the LM's embedding grows to hold it, tied weights
    staying tied (Llama-3.2 has rows 0..128255 only, so an id of 128256 would read past the table).
    Source: LLaVA (Liu et al., 2023); Video-LLaMA (Zhang et al., 2023) for the name and the place of time.
    """

    # Modules of any make: what they offer beside forward is theirs to say.
    encoder: Any
    projector: Any
    llm: Any

    def __init__(
        self,
        encoder: nn.Module,
        projector: nn.Module,
        llm: PreTrainedModel | str | Path,
        tokenizer: PreTrainedTokenizerBase | None = None,
        aggregator: nn.Module | None = None,
        time_signal: str = "timestamp text",
    ) -> None:
        super().__init__()
        for name, part in (("encoder", encoder), ("projector", projector)):
            if not isinstance(part, nn.Module):
                raise ModelError(f"The {name} is {part!r}, no torch module.", f"Build the {name} first.")
        self.encoder, self.projector = encoder, projector
        self.aggregator = aggregator if aggregator is not None else nn.Identity()
        self.llm, self.tokenizer = _language_model(llm, tokenizer)
        self.time_signal = time_signal
        self.extra: dict[str, Any] = {}  # what a saved model's config says beside its parts
        self.ends = (self.tokenizer.eos_token_id,)  # the tokens that end an answer
        self.video_token_id = _learn_video_token(self.llm, self.tokenizer)

    @property
    def device(self) -> torch.device:
        return self.llm.device

    @property
    def writer(self) -> Writer:
        return Writer(self.llm, self.ends, self.llm.config.max_position_embeddings)

    def encode(self, frames: Tensor) -> Tensor:
        """frames [B, T, 3, H, W] -> video tokens [B, N, hidden], N = T' * K', moment after moment."""
        features = self.aggregator(self.encoder(frames.to(self.device)))  # [B, T', K, D]
        return self.project(features)

    def project(self, features: Tensor) -> Tensor:
        """features [B, T', K, D] -> [B, N, hidden]; N = T' * K', unless moments differ in tokens, as with slow-fast."""
        tokens = self.projector(features)
        return tokens.flatten(1, 2) if tokens.ndim == 4 else tokens

    def tell_time(self, video: Tensor, seconds: Sequence[float] | np.ndarray) -> Tensor:
        """Add to each moment's tokens the word vector of its whole second, where that is the model's time signal.

        video [N, hidden], seconds [T'] with N = T' * K' -> [N, hidden]. Source: the temporal position embedding of
        Video-LLaMA (Zhang et al., 2023), with the tokenizer's own numbers, so that a question's second is its key.
        """
        if self.time_signal != "timestamp vector":
            return video
        ids = [self.tokenizer.convert_tokens_to_ids(str(min(round(float(s)), LAST_NUMBER))) for s in seconds]
        vectors = self.llm.get_input_embeddings()(torch.tensor(ids, device=video.device))  # [T', hidden]
        return video + vectors.repeat_interleave(len(video) // len(ids), dim=0)

    def embed(
        self,
        input_ids: Tensor,
        videos: Sequence[Sequence[Tensor]],
        seconds: Sequence[Sequence[Sequence[float]]] | None = None,
    ) -> Tensor:
        """Text embeddings with every row's video tokens spliced in.

        input_ids [B, L]; videos: for each row its clips in order of appearance, each frames [T, 3, H, W] (clips may
        differ in length; none for a row without video); seconds: their moments' times, nested alike, which the time
        signal `timestamp vector` needs. -> [B, L, hidden]
        """
        text = self.llm.get_input_embeddings()(input_ids)
        width = text.shape[-1]
        rows = [[self.encode(clip[None])[0] for clip in row] for row in videos]
        if self.time_signal == "timestamp vector":
            if seconds is None:
                raise SpliceError("The seconds of the clips are missing.", "This model's time signal needs seconds=….")
            rows = [
                [self.tell_time(clip, when) for clip, when in zip(*pair, strict=True)]
                for pair in zip(rows, seconds, strict=True)
            ]
        tokens = [torch.cat(row) if row else text.new_zeros(0, width) for row in rows]  # each [N_b, hidden]
        return splice(text, tokens, input_ids == self.video_token_id)

    def forward(
        self,
        input_ids: Tensor,
        videos: Sequence[Sequence[Tensor]],
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        seconds: Sequence[Sequence[Sequence[float]]] | None = None,
        **llm_options: Any,
    ) -> CausalLMOutputWithPast:
        """Logits [B, L, V], and the loss over labels [B, L] when given (-100 is left out).

        attention_mask [B, L] is the mask of the *expanded* ids. Transformers would pad a shorter one silently.
        """
        self._check_lengths(input_ids, attention_mask=attention_mask, labels=labels)
        return self.llm(
            inputs_embeds=self.embed(input_ids, videos, seconds),
            attention_mask=attention_mask,
            labels=labels,
            **llm_options,
        )

    @torch.no_grad()
    def generate(
        self,
        input_ids: Tensor,
        videos: Sequence[Sequence[Tensor]],
        attention_mask: Tensor | None = None,
        seconds: Sequence[Sequence[Sequence[float]]] | None = None,
        **options: Any,
    ) -> Tensor:
        """New token ids [B, L'] after the prompt (left-padded when rows differ), decoded with the KV cache."""
        self._check_lengths(input_ids, attention_mask=attention_mask)
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        options = {"do_sample": False, "use_cache": True, "pad_token_id": self.tokenizer.pad_token_id, **options}
        options.setdefault("eos_token_id", self.tokenizer.eos_token_id)
        return self.llm.generate(
            inputs_embeds=self.embed(input_ids, videos, seconds), attention_mask=attention_mask, **options
        )

    def mask_labels(self, input_ids: Tensor, prompt_lengths: Sequence[int]) -> Tensor:
        """Labels [B, L]: the ids with each row's prompt, its video and its padding left out of the loss."""
        labels = input_ids.clone()
        place = torch.arange(input_ids.shape[1], device=input_ids.device)
        labels[place < torch.as_tensor(prompt_lengths, device=input_ids.device)[:, None]] = IGNORED
        labels[input_ids == self.video_token_id] = IGNORED
        if self.tokenizer.pad_token_id is not None and self.tokenizer.pad_token_id != self.tokenizer.eos_token_id:
            labels[input_ids == self.tokenizer.pad_token_id] = IGNORED
        return labels

    def save_pretrained(self, folder: str | Path, dtype: torch.dtype | None = None) -> None:
        """Write config.json, model.safetensors and tokenizer.json; see `course_lib.model.store.save`."""
        from course_lib.model.store import save

        save(self, folder, dtype)

    @classmethod
    def from_pretrained(cls, folder: str | Path, dtype: torch.dtype | None = None) -> VideoLLaMA:
        """The model of a folder that `save_pretrained` wrote; see `course_lib.model.store.load`."""
        from course_lib.model.store import load

        return load(folder, dtype)

    def _check_lengths(self, input_ids: Tensor, **others: Tensor | None) -> None:
        for name, value in others.items():
            if value is not None and value.shape[:2] != input_ids.shape:
                raise SpliceError(
                    f"{name} is {list(value.shape)}, the ids are {list(input_ids.shape)}.",
                    "Make it from the ids after the video placeholder was expanded.",
                )


def _language_model(
    llm: PreTrainedModel | str | Path, tokenizer: PreTrainedTokenizerBase | None
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

    if isinstance(llm, PreTrainedModel):
        if tokenizer is None:
            raise ModelError("The language model came without its tokenizer.", "Give tokenizer=…")
        return llm, tokenizer
    try:
        return AutoModelForCausalLM.from_pretrained(llm), tokenizer or AutoTokenizer.from_pretrained(llm)
    except (OSError, ValueError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(
            f"The language model {str(llm)!r} cannot be loaded ({first}).",
            "Give a folder made by save_pretrained, or a model's name where a model hub is reachable "
            "(a gated one needs `hf auth login` after its page's terms are accepted).",
        ) from problem


def _learn_video_token(llm: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    if VIDEO not in tokenizer.get_vocab():
        tokenizer.add_special_tokens({"additional_special_tokens": [VIDEO]}, replace_extra_special_tokens=False)
    table: Any = llm.get_input_embeddings()
    if len(tokenizer) > table.num_embeddings:
        llm.resize_token_embeddings(len(tokenizer))  # keeps tied weights tied
    return int(tokenizer.convert_tokens_to_ids(VIDEO))  # type: ignore[arg-type]
