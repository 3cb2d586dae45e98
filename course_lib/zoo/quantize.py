"""Weights of 8 or 4 bits, by bitsandbytes: the language model's large matrices; encoder and projector stay exact."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from course_lib.errors import ModelError
from course_lib.zoo.checkpoint import Place, owner_of, put
from course_lib.zoo.fit import QUANTIZED

if TYPE_CHECKING:
    import torch
    from torch import nn


# Names, as regular expressions, of what stays exact in transformers' families.
EXACT = (r".*(visual|vision_tower|vision_model|projector|connector).*", "lm_head")


def check(quantize: str | None) -> None:
    """Raises ModelError for a way that is not known, or without bitsandbytes."""
    if quantize is not None and quantize not in QUANTIZED:
        raise ModelError(f"{quantize!r} is no way to quantize.", f"Choose from {', '.join(QUANTIZED)}.")
    if quantize is not None and find_spec("bitsandbytes") is None:
        raise ModelError("bitsandbytes is not installed.", "Leave quantize out, or: pip install bitsandbytes")


def transformers_config(quantize: str | None, dtype: torch.dtype) -> Any:
    """What `from_pretrained` takes as quantization_config."""
    if quantize is None:
        return None
    from transformers import BitsAndBytesConfig

    _quiet()
    if quantize == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=list(EXACT))
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype, llm_int8_skip_modules=list(EXACT)
    )


def placing(quantize: str, dtype: torch.dtype, model: nn.Module) -> Place:
    """Turns the linear layers of `model.llm.model` into quantized ones, still empty, and returns what fills them.

    Source: LLM.int8 (Dettmers et al., 2022); NF4 of QLoRA (Dettmers et al., 2023).
    """
    import bitsandbytes as bnb
    from torch import nn

    _quiet()
    body: Any = model.llm.model  # type: ignore[union-attr]
    for name, layer in list(body.named_modules()):
        if type(layer) is not nn.Linear:
            continue
        size, bias = (layer.in_features, layer.out_features), layer.bias is not None
        if quantize == "8bit":
            new: nn.Module = bnb.nn.Linear8bitLt(*size, bias=bias, has_fp16_weights=False, device="meta")
        else:
            new = bnb.nn.Linear4bit(*size, bias=bias, compute_dtype=dtype, quant_type="nf4", device="meta")
        owner, last = owner_of(body, name)
        setattr(owner, last, new)

    def place(model: nn.Module, name: str, tensor: torch.Tensor) -> None:
        owner, last = owner_of(model, name)
        if last == "weight" and isinstance(owner, bnb.nn.Linear4bit):
            owner.weight = bnb.nn.Params4bit(tensor, requires_grad=False, quant_type="nf4", module=owner)
        elif last == "weight" and isinstance(owner, bnb.nn.Linear8bitLt):
            # From the CPU: what already lies on a GPU, bitsandbytes would quantize at its first use only.
            owner.weight = bnb.nn.Int8Params(tensor.cpu(), requires_grad=False, has_fp16_weights=False)
        else:
            put(model, name, tensor)
            return
        owner.to(tensor.device) if owner.bias is None or not owner.bias.is_meta else _weight_to(owner, tensor.device)

    return place


def _quiet() -> None:
    """bitsandbytes says of every layer, each time, that it casts its input."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)


def _weight_to(layer: Any, device: torch.device) -> None:
    """Quantize the weight of a layer whose bias has not come yet."""
    bias, layer.bias = layer.bias, None
    layer.to(device)
    layer.bias = bias
