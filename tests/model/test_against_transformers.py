"""The oracle: transformers' own LLaVA with the same weights gives the same logits."""

from __future__ import annotations

import torch
from torch import nn
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    PreTrainedTokenizerFast,
)

from course_lib.model.encoder import FrameEncoder
from course_lib.model.tokenizer import build_tokenizer
from course_lib.model.video_llama import VideoLLaMA

PATCHES = 4


def oracle(tokenizer: PreTrainedTokenizerFast) -> LlavaForConditionalGeneration:
    torch.manual_seed(0)
    vision = CLIPVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4, image_size=32, patch_size=16,
        projection_dim=32,
    )  # fmt: skip
    text = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2,
    )  # fmt: skip
    config = LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=tokenizer.convert_tokens_to_ids("<|video|>"),
        vision_feature_layer=-2, vision_feature_select_strategy="default",
    )  # fmt: skip
    return LlavaForConditionalGeneration(config).eval()


class Projector(nn.Module):
    def __init__(self, theirs: nn.Module) -> None:
        super().__init__()
        self.theirs = theirs

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.theirs(features)


def ours(theirs: LlavaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast) -> VideoLLaMA:
    from transformers import LlamaForCausalLM

    llm = LlamaForCausalLM(theirs.config.text_config).eval()
    llm.model.load_state_dict(theirs.model.language_model.state_dict())
    llm.lm_head.load_state_dict(theirs.lm_head.state_dict())
    encoder = FrameEncoder(theirs.model.vision_tower, layer=-2, skip=1)
    return VideoLLaMA(encoder, Projector(theirs.model.multi_modal_projector), llm, tokenizer).eval()


@torch.no_grad()
def test_the_same_weights_give_the_same_logits_loss_and_answer_as_llava_in_transformers() -> None:
    tokenizer = build_tokenizer(["what happens in the video"])
    theirs = oracle(tokenizer)
    model = ours(theirs, tokenizer)
    counts = [3, 1]
    texts = ["<|video|>" * PATCHES * n + " what happens in the video" for n in counts]
    batch = tokenizer(texts, return_tensors="pt", padding=True, padding_side="left")
    clips = [torch.randn(n, 3, 32, 32, generator=torch.Generator().manual_seed(n)) for n in counts]
    labels = torch.where(batch.attention_mask.bool(), batch.input_ids, -100)

    reference = theirs(
        input_ids=batch.input_ids, attention_mask=batch.attention_mask, pixel_values=torch.cat(clips), labels=labels
    )
    mine = model(batch.input_ids, [[c] for c in clips], batch.attention_mask, labels)
    real = batch.attention_mask.bool()
    assert (mine.logits[real] - reference.logits[real]).abs().max() < 1e-5
    assert abs(mine.loss - reference.loss) < 1e-5

    options = {"max_new_tokens": 8, "do_sample": False, "pad_token_id": 0, "eos_token_id": None}
    written = theirs.generate(
        input_ids=batch.input_ids, attention_mask=batch.attention_mask, pixel_values=torch.cat(clips), **options
    )
    answer = model.generate(batch.input_ids, [[c] for c in clips], batch.attention_mask, **options)
    assert torch.equal(answer, written[:, batch.input_ids.shape[1] :])
