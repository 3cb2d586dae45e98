"""Tiny models of the published families: real classes, real processors, random weights, saved as a hub would hold
them. Sizes are the smallest that each class accepts; patch sizes, merging and special tokens are the family's own."""

from __future__ import annotations

from pathlib import Path

import torch

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% for c in m.content %}"
    "{% if c.type == 'video' %}VIDEO{% elif c.type == 'text' %}{{ c.text }}{% endif %}{% endfor %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
VISION = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
QWEN_SPECIAL = {
    "image_token": "<|image_pad|>", "video_token": "<|video_pad|>",
    "vision_start_token": "<|vision_start|>", "vision_end_token": "<|vision_end|>",
}  # fmt: skip


def tokenizer(special: dict[str, str] | None = None):
    """Bytes as tokens, with the chat's special tokens and the family's."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(letters)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token="<|im_end|>", pad_token="<|pad|>", extra_special_tokens=special or {}
    )
    made.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]}, replace_extra_special_tokens=False)
    return made


def text_config(kind: str, **more):
    from transformers import AutoConfig

    return AutoConfig.for_model(
        kind, vocab_size=320, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=32768, eos_token_id=None, bos_token_id=None, **more,
    )  # fmt: skip


def smolvlm(folder: Path) -> None:
    from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMProcessor
    from transformers.models.smolvlm.image_processing_smolvlm import SmolVLMImageProcessor
    from transformers.models.smolvlm.video_processing_smolvlm import SmolVLMVideoProcessor

    words = tokenizer(
        {"image_token": "<image>", "video_token": "<video>", "fake_image_token": "<fake_token_around_image>",
         "global_image_token": "<global-img>", "end_of_utterance_token": "<end_of_utterance>"}
    )  # fmt: skip
    edge = {"longest_edge": 64}
    config = SmolVLMConfig(
        text_config=text_config("llama").to_dict(), vision_config={**VISION, "image_size": 64, "patch_size": 8},
        scale_factor=4, image_token_id=words.convert_tokens_to_ids("<image>"), pad_token_id=words.pad_token_id,
    )  # fmt: skip
    processor = SmolVLMProcessor(
        SmolVLMImageProcessor(size=edge, max_image_size=edge), words,
        SmolVLMVideoProcessor(size=edge, max_image_size=edge, num_frames=64, fps=1), image_seq_len=4,
    )  # fmt: skip
    _save(SmolVLMForConditionalGeneration(config), processor, folder)


def llava_onevision(folder: Path) -> None:
    from transformers import LlavaOnevisionConfig, LlavaOnevisionForConditionalGeneration, LlavaOnevisionProcessor
    from transformers.models.llava_onevision.image_processing_llava_onevision import LlavaOnevisionImageProcessor
    from transformers.models.llava_onevision.video_processing_llava_onevision import LlavaOnevisionVideoProcessor

    words = tokenizer({"image_token": "<image>", "video_token": "<video>"})
    square = {"height": 70, "width": 70}
    config = LlavaOnevisionConfig(
        text_config=text_config("qwen2").to_dict(),
        vision_config={"model_type": "siglip_vision_model", **VISION, "image_size": 70, "patch_size": 14},
        image_token_index=words.convert_tokens_to_ids("<image>"),
        video_token_index=words.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=[[70, 70]], vision_feature_layer=-1,
    )  # fmt: skip
    processor = LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessor(size=square, image_grid_pinpoints=[[70, 70]]), words,
        LlavaOnevisionVideoProcessor(size=square), num_image_tokens=25, vision_feature_select_strategy="full",
        chat_template=CHATML.replace("VIDEO", "<video>\n"),
    )  # fmt: skip
    _save(LlavaOnevisionForConditionalGeneration(config), processor, folder)


def llava_next_video(folder: Path) -> None:
    from transformers import LlavaNextVideoConfig, LlavaNextVideoForConditionalGeneration, LlavaNextVideoProcessor
    from transformers.models.llava_next.image_processing_llava_next import LlavaNextImageProcessor
    from transformers.models.llava_next_video.video_processing_llava_next_video import LlavaNextVideoVideoProcessor

    words = tokenizer({"image_token": "<image>", "video_token": "<video>"})
    square = {"height": 56, "width": 56}
    config = LlavaNextVideoConfig(
        text_config=text_config("llama").to_dict(),
        vision_config={"model_type": "clip_vision_model", **VISION, "image_size": 56, "patch_size": 14,
                       "projection_dim": 32},
        image_token_index=words.convert_tokens_to_ids("<image>"),
        video_token_index=words.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=[[56, 56]], spatial_pool_stride=2,
    )  # fmt: skip
    processor = LlavaNextVideoProcessor(
        LlavaNextVideoVideoProcessor(size=square, crop_size=square),
        LlavaNextImageProcessor(size=square, crop_size=square, image_grid_pinpoints=[[56, 56]]), words, patch_size=14,
        vision_feature_select_strategy="default", num_additional_image_tokens=1,
        chat_template=CHATML.replace("VIDEO", "<video>\n"),
    )  # fmt: skip
    _save(LlavaNextVideoForConditionalGeneration(config), processor, folder)


def qwen2_5_vl(folder: Path) -> None:
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2_5_VLProcessor
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor
    from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor

    words, size = tokenizer(QWEN_SPECIAL), {"shortest_edge": 56 * 56, "longest_edge": 16 * 84 * 84}
    config = Qwen2_5_VLConfig(
        text_config={**text_config("qwen2").to_dict(), "model_type": "qwen2_5_vl_text",
                     "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3]}},
        vision_config={"hidden_size": 32, "intermediate_size": 64, "depth": 2, "num_heads": 2, "patch_size": 14,
                       "out_hidden_size": 64, "window_size": 56, "fullatt_block_indexes": [1], "tokens_per_second": 2},
        **_qwen_ids(words),
    )  # fmt: skip
    processor = Qwen2_5_VLProcessor(
        Qwen2VLImageProcessor(size=size), words, Qwen2VLVideoProcessor(size=size),
        chat_template=CHATML.replace("VIDEO", "<|vision_start|><|video_pad|><|vision_end|>"),
    )  # fmt: skip
    _save(Qwen2_5_VLForConditionalGeneration(config), processor, folder)


def qwen3_vl(folder: Path) -> None:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration, Qwen3VLProcessor
    from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor
    from transformers.models.qwen3_vl.video_processing_qwen3_vl import Qwen3VLVideoProcessor

    words, size = tokenizer(QWEN_SPECIAL), {"shortest_edge": 64 * 64, "longest_edge": 16 * 96 * 96}
    config = Qwen3VLConfig(
        text_config={**text_config("qwen2").to_dict(), "model_type": "qwen3_vl_text", "head_dim": 16,
                     "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [2, 3, 3],
                                         "mrope_interleaved": True}},
        vision_config={"hidden_size": 32, "intermediate_size": 64, "depth": 2, "num_heads": 2, "patch_size": 16,
                       "out_hidden_size": 64, "deepstack_visual_indexes": [0], "num_position_embeddings": 64},
        **_qwen_ids(words),
    )  # fmt: skip
    processor = Qwen3VLProcessor(
        Qwen2VLImageProcessor(size=size, patch_size=16), words, Qwen3VLVideoProcessor(size=size),
        chat_template=CHATML.replace("VIDEO", "<|vision_start|><|video_pad|><|vision_end|>"),
    )  # fmt: skip
    _save(Qwen3VLForConditionalGeneration(config), processor, folder)


def video_llama_3(folder: Path) -> None:
    from transformers import VideoLlama3Config, VideoLlama3ForConditionalGeneration, VideoLlama3Processor
    from transformers.models.video_llama_3.image_processing_video_llama_3 import VideoLlama3ImageProcessor
    from transformers.models.video_llama_3.video_processing_video_llama_3 import VideoLlama3VideoProcessor

    words, size = tokenizer(QWEN_SPECIAL), {"shortest_edge": 56 * 56, "longest_edge": 16 * 84 * 84}
    config = VideoLlama3Config(
        text_config=text_config("qwen2").to_dict(),
        vision_config={"model_type": "video_llama_3_vision", **VISION, "patch_size": 14},
        image_token_id=words.convert_tokens_to_ids("<|image_pad|>"),
        video_token_id=words.convert_tokens_to_ids("<|video_pad|>"),
    )  # fmt: skip
    processor = VideoLlama3Processor(
        VideoLlama3ImageProcessor(size=size), words, VideoLlama3VideoProcessor(size=size),
        chat_template=CHATML.replace("VIDEO", "<|video_pad|>\n"),
    )  # fmt: skip
    _save(VideoLlama3ForConditionalGeneration(config), processor, folder)


def internvl(folder: Path) -> None:
    from transformers import InternVLConfig, InternVLForConditionalGeneration, InternVLProcessor
    from transformers.models.got_ocr2.image_processing_got_ocr2 import GotOcr2ImageProcessor
    from transformers.models.internvl.video_processing_internvl import InternVLVideoProcessor

    words = tokenizer(
        {"start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>",
         "video_token": "<video>"}
    )  # fmt: skip
    square = {"height": 56, "width": 56}
    config = InternVLConfig(
        text_config=text_config("qwen2").to_dict(),
        vision_config={**VISION, "image_size": [56, 56], "patch_size": [14, 14]},
        image_token_id=words.convert_tokens_to_ids("<IMG_CONTEXT>"), downsample_ratio=0.5,
    )  # fmt: skip
    processor = InternVLProcessor(
        GotOcr2ImageProcessor(size=square), words, InternVLVideoProcessor(size=square), image_seq_length=4,
        chat_template=CHATML.replace("VIDEO", "<video>\n"),
    )  # fmt: skip
    _save(InternVLForConditionalGeneration(config), processor, folder)


FAMILIES = {
    f.__name__: f for f in (smolvlm, llava_onevision, llava_next_video, qwen2_5_vl, qwen3_vl, video_llama_3, internvl)
}


def build(family: str, folder: Path, seed: int = 0) -> Path:
    """A folder with a tiny model of that family; the same weights for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        FAMILIES[family](folder)
    return folder


def _qwen_ids(words) -> dict[str, int]:
    return {f"{name}_id": words.convert_tokens_to_ids(token) for name, token in QWEN_SPECIAL.items()}


def _save(model, processor, folder: Path) -> None:
    """Weights are made larger than the classes begin with, so that pixels and words sway the answer."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1 and "norm" not in name:
                weight.normal_(std=0.15)
    model.generation_config.eos_token_id = processor.tokenizer.eos_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
