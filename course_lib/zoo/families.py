"""The families of transformers: their own processor makes the prompt, their own class reads it.

A processor that is handed bare frames samples them again or guesses their rate (Qwen2.5-VL takes 24 a second, which
makes 2 s into 0.083 s). So each clip goes in as it was sampled, with its true seconds in the metadata.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from course_lib.errors import ModelError
from course_lib.model.decode import Prefix, Writer
from course_lib.video import Clip
from course_lib.zoo.manifest import Family

if TYPE_CHECKING:
    from transformers import PreTrainedModel
    from transformers.video_utils import VideoMetadata

CLOCK = 1000  # ticks a second: the rate that the metadata counts in, so that any time is a whole number of ticks


def metadata(clip: Clip) -> VideoMetadata:
    """What a transformers video processor is told of a clip: `timestamps` are its seconds to a thousandth, and
    `sampled_fps` is the rate of its frames."""
    from transformers.video_utils import VideoMetadata

    moments = np.unique(clip.seconds)
    gap = float(moments[-1] - moments[0]) / max(1, len(moments) - 1) or clip.duration
    return VideoMetadata(
        total_num_frames=max(1, round(len(clip) * gap * CLOCK)),
        fps=CLOCK,
        duration=clip.duration,
        height=clip.frames.shape[1],
        width=clip.frames.shape[2],
        frames_indices=[round(float(s) * CLOCK) for s in clip.seconds],
    )


def whole_groups(clip: Clip, size: int) -> Clip:
    """The clip with its last frame, and its second, repeated until the frames divide into groups of that size."""
    if not (more := -len(clip) % size):
        return clip
    frames = np.concatenate([clip.frames, clip.frames[-1:].repeat(more, axis=0)])
    seconds = np.concatenate([clip.seconds, clip.seconds[-1:].repeat(more)])
    return replace(clip, frames=frames, seconds=seconds)


def room(text: Any) -> int:
    """Positions that a text model knows, from its configuration: more than it was trained with, where its rotary
    positions are stretched."""
    rope = getattr(text, "rope_parameters", None) or {}
    stretched = rope.get("factor") or 1.0 if rope.get("rope_type") in ("linear", "dynamic") else 1.0
    return int(text.max_position_embeddings * stretched)


class TransformersReader:
    """A Reader over a family of transformers. model: …ForConditionalGeneration; processor: its own, with tokenizer,
    video processor and chat template."""

    def __init__(self, model: PreTrainedModel, processor: Any, family: Family) -> None:
        self.model, self.processor, self.family = model.eval(), processor, family
        self.sampling = family.sampling
        self.processor.video_processor = _Once(processor.video_processor)
        text = model.config.get_text_config()
        ends = model.generation_config.eos_token_id
        ends = [*(ends if isinstance(ends, list) else [ends]), self.processor.tokenizer.eos_token_id]
        self.writer = Writer(model, tuple(dict.fromkeys(e for e in ends if e is not None)), room(text))
        names = ("image_token_id", "video_token_id")
        self._clip: tuple[Clip, Clip] | None = None  # the last one, and what it is with whole groups
        self._visual = [i for i in (getattr(model.config, n, None) for n in names) if i is not None]

    def prompt(self, question: str) -> str:
        """The text of a turn in the model's own chat template, the clip in front of the question."""
        talk: Any = [{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": question}]}]
        return str(self.processor.apply_chat_template(talk, add_generation_prompt=True))

    def inputs(self, clip: Clip, question: str) -> dict[str, Any]:
        """What the processor makes of a clip and a question: input_ids [1, L], and the pixels as the family takes
        them."""
        if self._clip is None or self._clip[0] is not clip:
            self._clip = (clip, whole_groups(clip, self.sampling.of_group))
        clip = self._clip[1]
        tokenizer = self.processor.tokenizer
        for mark in {str(tokenizer.decode([i])) for i in self._visual} | {str(self.processor.video_token)}:
            if mark in question:
                raise ModelError(f"The question holds {mark}, the model's own mark for a clip.", "Leave it out.")
        made = self.processor(
            text=[self.prompt(question)],
            videos=[clip.frames],
            video_metadata=[metadata(clip)],
            do_sample_frames=False,
            return_tensors="pt",
            **self.family.options,
        )
        return {k: v for k, v in made.items() if k in self.processor.model_input_names or torch.is_tensor(v)}

    @torch.no_grad()
    def read(self, clip: Clip) -> Prefix:
        inputs = self.inputs(clip, "")
        length, whole = self._cut(inputs["input_ids"][0].tolist()), inputs["input_ids"].shape
        for name, value in inputs.items():
            if torch.is_tensor(value):
                value = value[:, :length] if value.shape == whole else value
                pixels = name.startswith("pixel_values") and value.is_floating_point()
                inputs[name] = value.to(self.model.device, self.model.dtype if pixels else None)
        cache = self.model(**inputs, use_cache=True, logits_to_keep=1).past_key_values
        deltas = getattr(self.model.model, "rope_deltas", None)
        return Prefix(cache, length, 0 if deltas is None else int(deltas.flatten()[0]))

    def behind(self, clip: Clip, question: str) -> list[int]:
        ids = self.inputs(clip, question)["input_ids"][0].tolist()
        return ids[self._cut(ids) :]

    def length(self, clip: Clip) -> int:
        return self._cut(self.inputs(clip, "")["input_ids"][0].tolist())

    def video_tokens(self, clip: Clip) -> int:
        return sum(i in self._visual for i in self.inputs(clip, "")["input_ids"][0].tolist())

    def forget(self) -> None:
        """Drop the last clip and what the video processor made of it."""
        self._clip = None
        self.processor.video_processor.frames = self.processor.video_processor.made = None

    def text(self, ids: Sequence[int]) -> str:
        return str(self.processor.tokenizer.decode(list(ids), skip_special_tokens=True)).strip()

    def _cut(self, ids: list[int]) -> int:
        """Where the clip ends: behind the last placeholder."""
        return max(i for i, token in enumerate(ids) if token in self._visual) + 1


class _Once:
    """A video processor that works on the same frames once: the many questions about a clip share what it made."""

    def __init__(self, processor: Any) -> None:
        self.processor = processor
        self.frames: Any = None
        self.made: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["processor"], name)

    def __call__(self, videos: Any, **options: Any) -> Any:
        if self.frames is not videos[0]:
            self.made, self.frames = self.processor(videos, **options), videos[0]
        told = copy.deepcopy(self.made.get("video_metadata"))  # some processors write into it
        return type(self.made)({**self.made.data, "video_metadata": told})
