"""What reading tokens costs."""

from __future__ import annotations

import torch

from course_lib.tokens.cost import reading_cost


def test_attention_grows_with_the_square_and_the_rest_with_the_number() -> None:
    one, two = reading_cost(100, 4, 256), reading_cost(200, 4, 256)
    assert two.attention == 4 * one.attention and two.rest == 2 * one.rest
    assert one.attention == 2 * 100 * 100 * 4 * 256
    assert one.total == one.attention + one.rest


def test_the_count_is_that_of_torchs_own_flop_counter() -> None:
    """Of a small Llama with plain attention; without its vocabulary. A multiply-add is two operations."""
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import LlamaConfig, LlamaModel

    config = LlamaConfig(
        vocab_size=8, hidden_size=64, num_hidden_layers=3, num_attention_heads=4, intermediate_size=160,
        attn_implementation="eager",
    )  # fmt: skip
    model = LlamaModel(config).eval()
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(inputs_embeds=torch.randn(1, 50, 64), use_cache=False)
    cost = reading_cost(50, 3, 64, mlp=160)
    rotary = 2 * 50 * 16 // 2  # the angles: 50 places times 8 frequencies
    assert abs(counter.get_total_flops() - 2 * cost.total) <= rotary * 2
