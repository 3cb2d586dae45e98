"""LLaVA-Video and VideoChat-Flash: published checkpoints in this course's own `VideoLLaMA`, without their packages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.errors import ModelError
from course_lib.model.decode import Prefix, Writer, prefill
from course_lib.model.encoder import FrameEncoder
from course_lib.model.projector import PoolingProjector, TokenMergingProjector
from course_lib.model.umt import UMTEncoder
from course_lib.model.video_llama import VideoLLaMA
from course_lib.tokens.sampling import Sampling
from course_lib.video import Clip
from course_lib.zoo.checkpoint import Place, Rename, by_prefix, fill, read_config, stored_names
from course_lib.zoo.manifest import families

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase, Qwen2ForCausalLM

AT_ONCE = 16  # frames that the encoder sees side by side
BEFORE = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
BEHIND = "<|im_end|>\n<|im_start|>assistant\n"
ENDS = ("<|im_end|>", "<|endoftext|>")
QWEN2 = (
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
    "hidden_act", "max_position_embeddings", "rms_norm_eps", "rope_theta", "rope_scaling", "use_sliding_window",
    "sliding_window", "max_window_layers",
)  # fmt: skip
SIGLIP_SO400M = {
    "hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
    "image_size": 384, "patch_size": 14,
}  # fmt: skip
UMT_LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "patch_size": 16}


@dataclass(frozen=True)
class Recipe:
    """How a model wants its clip. size: pixels of the square frame; mean, std: of its pixels, for each channel; group:
    frames that belong together; told: the text between the clip and the question."""

    size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    group: int
    sampling: Sampling
    told: Callable[[Clip], str]


class NativeReader:
    """A Reader over a VideoLLaMA that holds a published checkpoint."""

    def __init__(self, model: VideoLLaMA, recipe: Recipe) -> None:
        self.model, self.recipe, self.sampling = model, recipe, recipe.sampling

    def pixels(self, clip: Clip) -> Tensor:
        """Frames as the encoder wants them, float32 [T', 3, size, size]: resized to a square whatever their shape, as
        the original does, and the last one repeated until they divide into groups."""
        from PIL import Image

        size = self.recipe.size
        square = [np.asarray(Image.fromarray(f).resize((size, size), Image.Resampling.BICUBIC)) for f in clip.frames]
        square += [square[-1]] * (-len(square) % self.recipe.group)
        x = torch.from_numpy(np.stack(square)).permute(0, 3, 1, 2).float() / 255
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (self.recipe.mean, self.recipe.std))
        return (x - mean) / std

    @torch.no_grad()
    def encode(self, pixels: Tensor) -> Tensor:
        """[T', 3, size, size] -> video tokens [N, hidden]; the encoder sees a few frames at a time."""
        features = [self.model.encoder(part.to(self.model.device)[None]) for part in pixels.split(AT_ONCE)]
        return self.model.project(torch.cat(features, dim=1))[0]

    def read(self, clip: Clip) -> Prefix:
        video = self.encode(self.pixels(clip))
        ids = [*self._ids(BEFORE), *[self.model.video_token_id] * len(video)]
        return prefill(self.model, ids, video)

    def behind(self, clip: Clip, question: str) -> list[int]:
        return self._ids(self.recipe.told(clip) + question + BEHIND)

    def length(self, clip: Clip) -> int:
        return len(self._ids(BEFORE)) + self.video_tokens(clip)

    def video_tokens(self, clip: Clip) -> int:
        projector, frames = self.model.projector, -(-len(clip) // self.recipe.group) * self.recipe.group
        return int(projector.count(frames, self.model.encoder))

    @property
    def writer(self) -> Writer:
        return self.model.writer

    def forget(self) -> None:
        """Nothing is kept beside the prefix."""

    def text(self, ids: Sequence[int]) -> str:
        return str(self.model.tokenizer.decode(list(ids), skip_special_tokens=True)).strip()

    def _ids(self, text: str) -> list[int]:
        return list(self.model.tokenizer(text, add_special_tokens=False)["input_ids"])


def llava_video(
    folder: Path, device: str = "cpu", dtype: torch.dtype = torch.float32, place: Any = None, compat: bool = False
) -> NativeReader:
    """LLaVA-Video (`lmms-lab/LLaVA-Video-7B-Qwen2`): SigLIP, GELU perceptron, pooled grid with newlines, Qwen2.

    compat=True states the times that the published example prints when it samples by rate: it overwrites `fps` with the
    number of frames between samples and divides by that, so that frame k is said to be at k seconds, whatever the gap.
    Source: Zhang et al. (2024); LLaVA-VL/LLaVA-NeXT, llava_arch.py and docs/LLaVA_Video_1003.md.
    """
    from transformers import SiglipVisionConfig, SiglipVisionModel

    config = read_config(folder)
    vision = {**SIGLIP_SO400M, **config.get("mm_vision_config", {})}
    newline = config.get("mm_newline_position", "one_token")
    if newline == "one_token" and not config.get("add_time_instruction"):  # LLaVA-OneVision has the same classes
        raise ModelError(f"{folder} was not trained with newlines and times.", "Give LLaVA-Video-7B-Qwen2.")
    if "siglip" not in str(config.get("mm_vision_tower", "")) or config.get("mm_projector_type") != "mlp2x_gelu":
        raise ModelError(f"{folder} has another encoder or projector than LLaVA-Video's.", "Give LLaVA-Video-7B-Qwen2.")
    vision["vision_use_head"] = False
    vision["num_hidden_layers"] -= 1  # features are the second-to-last layer's; the last is not in the checkpoint
    every = int(config.get("faster_token_stride", 10)) if config.get("add_faster_video") else None
    with _empty():
        encoder = FrameEncoder(SiglipVisionModel(SiglipVisionConfig(**vision)), layer=-1, skip=0)
        projector = PoolingProjector(
            encoder.out_dim, config["hidden_size"], config.get("mm_spatial_pool_mode", "bilinear"),
            2,  # whatever mm_spatial_pool_stride says: the original's default path does not read it
            newline, every,
        )  # fmt: skip
    rename = by_prefix(
        ("model.vision_tower.vision_tower.vision_model.", "encoder.vision."),
        ("model.mm_projector.", "projector.mlp."),
        ("model.image_newline", "projector.newline"),
        ("model.faster_token", "projector.faster"),
        ("model.", "llm.model."),
        ("lm_head.", "llm.lm_head."),
    )
    model = _assemble(folder, config, encoder, projector, rename, device, dtype, place)
    half = (0.5, 0.5, 0.5)
    sampling = families()["llava_video"].sampling
    recipe = Recipe(vision["image_size"], half, half, 1, sampling, lambda clip: time_instruction(clip, compat))
    return NativeReader(model, recipe)


def videochat_flash(
    folder: Path, device: str = "cpu", dtype: torch.dtype = torch.float32, place: Any = None
) -> NativeReader:
    """VideoChat-Flash (`OpenGVLab/VideoChat-Flash-Qwen2_5-2B_res448`, `-Qwen2-7B_res448`): UMT-L on groups of four
    frames, 16 tokens a frame by merging, GELU perceptron, Qwen2.

    Its optional dropping of video tokens inside the language model (`mm_llm_compress`) is left off, as in its published
    example. Source: Li et al. (2024); OpenGVLab/VideoChat-Flash, llava-train_videochat.
    """
    config = read_config(folder)
    vision = {**UMT_LARGE, **config.get("mm_vision_config", {})}
    tower = str(config.get("mm_vision_tower", ""))
    if "umt" not in tower or config.get("mm_projector_type") != "tome16_mlp_hd64":
        raise ModelError(
            f"{folder} has another encoder or projector than UMT-L with merging to 16 tokens a frame.",
            "Give VideoChat-Flash-Qwen2_5-2B_res448 or VideoChat-Flash-Qwen2-7B_res448.",
        )
    if config.get("mm_newline_position", "nothing") != "nothing":
        raise ModelError(f"{folder} puts newlines between frames.", "Give one without them.")
    size, group, width = 448 if "umt-hd" in tower else 224, int(config["mm_local_num_frames"]), vision["hidden_size"]
    heads, layers = vision["num_attention_heads"], vision["num_hidden_layers"] - 1  # the last one is not run
    with _empty():
        encoder = UMTEncoder(size, width, layers, heads, vision["patch_size"], group)
        projector = TokenMergingProjector(width, config["hidden_size"], heads, 16 * group)
    rename = by_prefix(
        ("model.vision_tower.vision_tower.encoder.patch_embed.proj.", "encoder.patch."),
        ("model.vision_tower.vision_tower.encoder.vision_layernorm.", "encoder.norm."),
        ("model.vision_tower.vision_tower.encoder.", "encoder."),
        ("model.mm_projector.", "projector."),
        ("model.", "llm.model."),
        ("lm_head.", "llm.lm_head."),
    )
    model = _assemble(folder, config, encoder, projector, rename, device, dtype, place)
    sampling = families()["videochat_flash"].sampling
    recipe = Recipe(size, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), group, sampling, time_message)
    return NativeReader(model, recipe)


def time_instruction(clip: Clip, compat: bool = False) -> str:
    """What LLaVA-Video is told of a clip's times, with the missing space before "Please" as it was trained."""
    seconds = range(len(clip)) if compat else clip.seconds
    located = ",".join(f"{s:.2f}s" for s in seconds)
    return (
        f"The video lasts for {clip.duration:.2f} seconds, and {len(clip)} frames are uniformly sampled from it. "
        f"These frames are located at {located}.Please answer the following questions related to this video.\n"
    )


def time_message(clip: Clip) -> str:
    """What VideoChat-Flash is told of a clip's times: its length, not where each frame stands."""
    lasts = f"The video lasts for {clip.duration:.2f} seconds"
    return f"\n{lasts}, and {len(clip)} frames are uniformly sampled from it. "


def _empty() -> Any:
    """Modules built inside get parameters without storage, and their buffers as they are."""
    from accelerate import init_empty_weights

    return init_empty_weights(include_buffers=False)


def _assemble(
    folder: Path, config: dict[str, Any], encoder: nn.Module, projector: nn.Module, rename: Rename, device: str,
    dtype: torch.dtype, place: Callable[[nn.Module], Place] | None,
) -> VideoLLaMA:  # fmt: skip
    from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    tied = "lm_head.weight" not in stored_names(folder)
    text = Qwen2Config(**{k: config[k] for k in QWEN2 if k in config}, tie_word_embeddings=tied)
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder, config=text)
    if not tokenizer("time", add_special_tokens=False)["input_ids"]:
        raise ModelError(f"{folder} has no tokenizer.", "Fetch it again.")
    with _empty():
        llm: Qwen2ForCausalLM = Qwen2ForCausalLM(text)
        model = VideoLLaMA(encoder, projector, llm, tokenizer, time_signal="none")
    llm.tie_weights()  # where the config ties them: parameters without storage come untied
    fill(model, folder, rename, dtype, device, place(model) if place is not None else None)
    known = tokenizer.get_vocab()
    model.ends = tuple(dict.fromkeys([known[e] for e in ENDS if e in known] + [tokenizer.eos_token_id]))
    return model.eval()


# "architectures" in config.json -> what reads the folder.
NATIVE = {
    "LlavaQwenForCausalLM": llava_video,
    "VideoChatFlashQwenForCausalLM": videochat_flash,
    "LlavaQwenForCausalLM_Flash": videochat_flash,
}
