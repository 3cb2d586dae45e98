"""A published model's folder -> a VideoLLM: by which reader, in which dtype, and whether it fits."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import torch

from course_lib.errors import ModelError
from course_lib.model.parts import PARTS
from course_lib.model.pretrained import quiet
from course_lib.tokens.sampling import Sampling
from course_lib.zoo import extras, fit, quantize
from course_lib.zoo.checkpoint import count_parameters, read_config
from course_lib.zoo.manifest import Family, Size, entries, families
from course_lib.zoo.native import NATIVE
from course_lib.zoo.parts import parts_reader
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
    if config.get("model_type") == PARTS:
        if quantized or options:
            raise ModelError(f"{name} cannot be loaded so.", "Leave quantize and other options out.")
        return Published(parts_reader(folder, device, kind), name)
    how = quantized or str(kind).removeprefix("torch.")
    entry, parameters = entries().get(name), count_parameters(folder)
    size = entry.size if entry is not None else Size(parameters, parameters // 5)
    fit.check_memory(name, size, how, device)
    architectures = config.get("architectures")
    native = NATIVE.get(str(architectures[0])) if isinstance(architectures, list) and architectures else None
    known = set(inspect.signature(native).parameters) - {"folder", "device", "dtype", "place"} if native else set()
    if unknown := sorted(set(options) - known):
        raise ModelError(f"{name} has no option {', '.join(unknown)}.", "Leave it out.")
    try:
        if native is not None:
            place = None if quantized is None else lambda model: quantize.placing(quantized, kind, model)
            return Published(native(folder, device, kind, place, **options), name)
        return Published(_transformers(folder, name, config, device, kind, quantized, trust_remote_code), name)
    except ModelError:
        raise
    except Exception as problem:  # what a damaged or a strange folder makes of a loader can be anything
        if fit.out_of_memory(problem):
            what = f"{name} in {how} does not fit the memory of {device}."
            raise ModelError(what, fit.smaller(size, how, device, fit.available(device))) from problem
        first = (str(problem).strip() or "no reason given").splitlines()[0]
        what = f"{name} does not load ({type(problem).__name__}: {first})."
        raise ModelError(what, "Its files are damaged or of another build: fetch it again.") from problem


def _transformers(
    folder: Path,
    name: str,
    config: dict[str, Any],
    device: str,
    dtype: torch.dtype,
    quantized: str | None,
    remote: bool,
) -> Reader:
    family = families().get(str(config.get("model_type")))
    if family is None and not (remote and "auto_map" in config):
        raise ModelError(f"{name} is a {config.get('model_type', 'nameless')!r} model.", _why_not(config))
    extras.check()
    from transformers import AutoModelForImageTextToText, AutoProcessor

    from course_lib.zoo.families import TransformersReader

    with quiet():
        loaded: Any = AutoModelForImageTextToText.from_pretrained(
            folder, dtype=dtype, device_map={"": device}, trust_remote_code=remote, output_loading_info=True,
            quantization_config=quantize.transformers_config(quantized, dtype), use_safetensors=True,
        )  # fmt: skip
        processor = AutoProcessor.from_pretrained(folder, trust_remote_code=remote)
    model, report = loaded
    for what in ("missing_keys", "unexpected_keys"):
        if keys := sorted(map(str, report[what])):
            raise ModelError(f"{name} has {what.replace('_', ' ')}: {', '.join(keys[:4])}.", "Fetch it again.")
    reader = TransformersReader(model, processor, family or Family(str(config.get("model_type")), Sampling(), ""))
    if not processor.tokenizer("time")["input_ids"] or processor.video_token not in reader.prompt("What happens?"):
        raise ModelError(f"{name} has no tokenizer or no chat template for a video.", "Fetch it again.")
    return reader


def _why_not(config: dict[str, Any]) -> str:
    known = ", ".join(families())
    if "auto_map" in config:
        return (
            "It brings code of its own, which would run with your rights: read that code, and give "
            f"--trust-remote-code if you trust it. Without it: {known}."
        )
    return f"Known are: {known}."
