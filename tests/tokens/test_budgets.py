"""The tokens of 30 seconds at 1280 x 720, as the manifest counts them, against the processors of transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from course_lib.video import Clip
from course_lib.zoo.families import metadata
from course_lib.zoo.manifest import entries
from tests.zoo import tiny

SECONDS, HEIGHT, WIDTH = 30.0, 720, 1280
FIXED = ["smolvlm2-500m", "smolvlm2-2.2b", "llava-onevision-7b", "llava-next-video-7b", "internvl3-8b"]


def pixels(frames: int) -> torch.Tensor:
    """Frames of which only the shape counts, without storage of their own."""
    return torch.zeros(1, 3, 1, 1, dtype=torch.uint8).expand(frames, 3, HEIGHT, WIDTH)


def told(frames: int):
    seconds = (np.arange(frames) + 0.5) * SECONDS / frames
    return metadata(Clip(np.zeros((frames, HEIGHT, WIDTH, 3), np.uint8), seconds, SECONDS, "grey"))


def test_30_seconds_cost_what_the_processor_of_videollama_3_makes_of_them() -> None:
    """As of Qwen2.5-VL and Qwen3-VL, whose 60 frames of this size tests/zoo/test_models.py has among others."""
    from transformers.models.video_llama_3.video_processing_video_llama_3 import VideoLlama3VideoProcessor

    frames, tokens = entries()["videollama3-7b-image"].clip_tokens(SECONDS, HEIGHT, WIDTH)
    processor = VideoLlama3VideoProcessor(size={"shortest_edge": 12_544, "longest_edge": 12_845_056})
    made = processor([pixels(frames)], video_metadata=[told(frames)], do_sample_frames=False)
    t, h, w = made["video_grid_thw"][0].tolist()
    assert tokens == t * h * w // 4


@pytest.mark.parametrize("name", FIXED)
def test_30_seconds_cost_what_the_processor_of_a_model_with_one_size_makes_of_them(name: str) -> None:
    processor, placeholder = _fixed(name)
    frames, tokens = entries()[name].clip_tokens(SECONDS, HEIGHT, WIDTH)
    talk = [{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": "What happens?"}]}]
    prompt = processor.apply_chat_template(talk, add_generation_prompt=True)
    made = processor(
        text=[prompt], videos=[pixels(frames)], video_metadata=[told(frames)], do_sample_frames=False,
        return_tensors="pt",
    )  # fmt: skip
    token = processor.tokenizer.convert_tokens_to_ids(placeholder)
    assert tokens == int((made["input_ids"] == token).sum())


def _fixed(name: str):
    """The processor with the sizes of its preprocessor_config.json, and what stands for a video token in its text."""
    family = entries()[name].family.name
    if family == "smolvlm":
        side, per_frame = (512, 64) if name == "smolvlm2-500m" else (384, 81)
        return _smolvlm(side, per_frame), "<image>"
    if family == "internvl":
        return _internvl(), "<IMG_CONTEXT>"
    return {"llava_onevision": _onevision, "llava_next_video": _next_video}[family](), "<video>"


def _smolvlm(side: int, per_frame: int):
    from transformers import SmolVLMProcessor
    from transformers.models.smolvlm.image_processing_smolvlm import SmolVLMImageProcessor
    from transformers.models.smolvlm.video_processing_smolvlm import SmolVLMVideoProcessor

    words = tiny.tokenizer(
        {"image_token": "<image>", "video_token": "<video>", "fake_image_token": "<fake_token_around_image>",
         "global_image_token": "<global-img>", "end_of_utterance_token": "<end_of_utterance>"}
    )  # fmt: skip
    edge = {"longest_edge": side}
    return SmolVLMProcessor(
        SmolVLMImageProcessor(size=edge, max_image_size=edge), words,
        SmolVLMVideoProcessor(size=edge, max_image_size=edge, num_frames=64, fps=1), image_seq_len=per_frame,
    )  # fmt: skip


def _onevision():
    from transformers import LlavaOnevisionProcessor
    from transformers.models.llava_onevision.image_processing_llava_onevision import LlavaOnevisionImageProcessor
    from transformers.models.llava_onevision.video_processing_llava_onevision import LlavaOnevisionVideoProcessor

    words = tiny.tokenizer({"image_token": "<image>", "video_token": "<video>"})
    square = {"height": 384, "width": 384}
    return LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessor(size=square), words, LlavaOnevisionVideoProcessor(size=square),
        num_image_tokens=729, vision_feature_select_strategy="full",
        chat_template=tiny.CHATML.replace("VIDEO", "<video>\n"),
    )  # fmt: skip


def _next_video():
    from transformers import LlavaNextVideoProcessor
    from transformers.models.llava_next.image_processing_llava_next import LlavaNextImageProcessor
    from transformers.models.llava_next_video.video_processing_llava_next_video import LlavaNextVideoVideoProcessor

    words = tiny.tokenizer({"image_token": "<image>", "video_token": "<video>"})
    return LlavaNextVideoProcessor(
        LlavaNextVideoVideoProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}),
        LlavaNextImageProcessor(), words, patch_size=14, vision_feature_select_strategy="default",
        num_additional_image_tokens=1, chat_template=tiny.CHATML.replace("VIDEO", "<video>\n"),
    )  # fmt: skip


def _internvl():
    from transformers import InternVLProcessor
    from transformers.models.got_ocr2.image_processing_got_ocr2 import GotOcr2ImageProcessor
    from transformers.models.internvl.video_processing_internvl import InternVLVideoProcessor

    words = tiny.tokenizer(
        {"start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>",
         "video_token": "<video>"}
    )  # fmt: skip
    square = {"height": 448, "width": 448}
    return InternVLProcessor(
        GotOcr2ImageProcessor(size=square), words, InternVLVideoProcessor(size=square), image_seq_length=256,
        chat_template=tiny.CHATML.replace("VIDEO", "<video>\n"),
    )  # fmt: skip
