"""A published model's folder -> a VideoLLM: by which reader, in which dtype, and whether it fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from course_lib.errors import ModelError
from course_lib.tokens.sampling import Sampling
from course_lib.zoo import extras, fit, quantize
from course_lib.zoo.checkpoint import count_parameters, read_config
from course_lib.zoo.manifest import Family, families
from course_lib.zoo.native import NATIVE
from course_lib.zoo.published import Published, Reader


def open_published(
    folder: Path,
    name: str,
    device: str,
    dtype: str | None = None,
    quantized: str | None = None,
    trust_remote_code: bool = False,
    **options: Any,
) -> Published:
    """See `course_lib.zoo.load`. Raises ModelError."""
    config = read_config(folder)
    kind: torch.dtype = getattr(torch, dtype) if dtype else fit.default_dtype(device)
    fit.check_memory(name, count_parameters(folder), quantized or str(kind).removeprefix("torch."), device)
    architecture = (config.get("architectures") or [""])[0]
    try:
        if architecture in NATIVE:
            place = None if quantized is None else lambda model: quantize.placing(quantized, kind, model)
            return Published(NATIVE[architecture](folder, device, kind, place, **options), name)
        if options:
            raise ModelError(f"{name} has no option {', '.join(options)}.", "Leave it out.")
        return Published(_transformers(folder, name, config, device, kind, quantized, trust_remote_code), name)
    except (MemoryError, RuntimeError) as problem:
        if not fit.out_of_memory(problem):
            raise
        how = quantized or str(kind).removeprefix("torch.")
        raise ModelError(
            f"{name} in {how} does not fit the memory of {device}.",
            fit.smaller(count_parameters(folder), how, device, fit.available(device)),
        ) from problem


def _transformers(
    folder: Path,
    name: str,
    config: dict[str, Any],
    device: str,
    dtype: torch.dtype,
    quantized: str | None,
    remote: bool,
) -> Reader:
    family = families().get(config.get("model_type", ""))
    if family is None and not (remote and "auto_map" in config):
        raise ModelError(f"{name} is a {config.get('model_type', 'nameless')!r} model.", _why_not(config))
    extras.check()
    from transformers import AutoModelForImageTextToText, AutoProcessor
    from transformers.utils import logging

    from course_lib.zoo.families import TransformersReader

    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        loaded: Any = AutoModelForImageTextToText.from_pretrained(
            folder, dtype=dtype, device_map={"": device}, trust_remote_code=remote, output_loading_info=True,
            quantization_config=quantize.transformers_config(quantized, dtype), use_safetensors=True,
        )  # fmt: skip
        model, report = loaded
        processor = AutoProcessor.from_pretrained(folder, trust_remote_code=remote)
    except (OSError, ValueError, ImportError, KeyError, AttributeError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(f"{name} does not load ({type(problem).__name__}: {first}).", "Fetch it again.") from problem
    finally:
        if bars:
            logging.enable_progress_bar()
    for what, keys in report.items():
        if what in ("missing_keys", "unexpected_keys", "mismatched_keys") and keys:
            some = ", ".join(map(str, sorted(keys)[:4]))
            raise ModelError(f"{name} has {what.replace('_', ' ')}: {some}.", "Fetch it again.")
    generic = Family(str(config.get("model_type")), Sampling(), "not known")
    return TransformersReader(model, processor, family or generic)


def _why_not(config: dict[str, Any]) -> str:
    known = ", ".join(families())
    if "auto_map" in config:
        return (
            "It brings code of its own, which would run with your rights: read that code, and give "
            f"--trust-remote-code if you trust it. Without it: {known}."
        )
    return f"Known are: {known}."
