"""A model of one's own parts behind the zoo's interface: its language model's own chat, the video before the words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from course_lib.model.decode import Prefix, Writer, prefill
from course_lib.model.parts import chat_prompt, load_parts, tokens_a_moment
from course_lib.model.video_llama import VideoLLaMA
from course_lib.tokens.sampling import Sampling
from course_lib.video import Clip
from course_lib.zoo.pocket import pair_up

AT_ONCE = 16  # frames that the encoder sees side by side: whole pairs


class PartsReader:
    """A Reader over a `VideoLLaMA` that `from_parts` built.

    It looks at 16 moments: frames, or pairs of frames half a second apart where the encoder takes tubelets. The prompt
    is the chat template's, with the video tokens first, then a sentence with the clip's length and the moments'
    seconds, then the question.
    """

    def __init__(self, model: VideoLLaMA) -> None:
        self.model = model.eval()
        self.tubelet = int(getattr(model.encoder, "tubelet", 1))
        self.sampling = Sampling(frames=16, pairs=self.tubelet == 2)
        self.before, self.after = chat_prompt(model.tokenizer)

    @property
    def writer(self) -> Writer:
        return self.model.writer

    def pixels(self, clip: Clip) -> Tensor:
        """Frames as the encoder takes them, uint8 [T', 3, size, size]: resized to a square whatever their shape."""
        size, frames = self.model.encoder.size, clip.frames[pair_up(clip, self.tubelet)[1]]
        square = [np.asarray(Image.fromarray(f).resize((size, size), Image.Resampling.BICUBIC)) for f in frames]
        return torch.from_numpy(np.stack(square)).permute(0, 3, 1, 2)

    @torch.no_grad()
    def encode(self, pixels: Tensor) -> Tensor:
        """[T', 3, size, size] -> video tokens [N, hidden]; the encoder sees a few frames at a time."""
        features = [self.model.encoder(part.to(self.model.device)[None]) for part in pixels.split(AT_ONCE)]
        return self.model.project(torch.cat(features, dim=1))[0]

    def told(self, clip: Clip) -> str:
        """What it is told of the clip's times; of a pair, the middle."""
        seconds = ", ".join(f"{s:.1f}" for s in pair_up(clip, self.tubelet)[0])
        return f"\nThe video lasts {clip.duration:.1f} seconds and is seen at second {seconds}.\n"

    def read(self, clip: Clip) -> Prefix:
        video = self.encode(self.pixels(clip))
        return prefill(self.model, [*self._ids(self.before), *[self.model.video_token_id] * len(video)], video)

    def behind(self, clip: Clip, question: str) -> list[int]:
        return self._ids(self.told(clip) + question + self.after)

    def length(self, clip: Clip) -> int:
        return len(self._ids(self.before)) + self.video_tokens(clip)

    def video_tokens(self, clip: Clip) -> int:
        return len(pair_up(clip, self.tubelet)[0]) * tokens_a_moment(self.model)

    def text(self, ids: Sequence[int]) -> str:
        return str(self.model.tokenizer.decode(list(ids), skip_special_tokens=True)).strip()

    def forget(self) -> None:
        """Nothing is kept beside the prefix."""

    def _ids(self, text: str) -> list[int]:
        return list(self.model.tokenizer(text, add_special_tokens=False)["input_ids"])


def parts_reader(folder: Path, device: str, dtype: torch.dtype) -> PartsReader:
    """Of a folder that `save_parts` wrote. Raises ModelError."""
    return PartsReader(load_parts(folder, dtype).to(device))
