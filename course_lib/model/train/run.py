"""`course train pocket`: the four stages one after the other, into a folder that can be taken up again at any step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.errors import ModelError
from course_lib.model.pocket import PocketConfig, build_pocket
from course_lib.model.train.picture import STAGES
from course_lib.model.train.recipe import LESSON, POCKET, Recipe

if TYPE_CHECKING:
    import torch

    from course_lib.model.train.vision import NamingEncoder
    from course_lib.model.video_llama import VideoLLaMA


SHIPPED = Path(__file__).parents[2] / "weights" / "pocket"
GIVEN = ("vision", "text")  # stages that a run may take from another one
MODELS = {"pocket": "timestamp vector", "pocket-notime": "none"}  # what `course train` trains: its time signal


def train_pocket(
    out: str | Path,
    device: str | None = None,
    seed: int = 0,
    resume: bool = True,
    lesson: bool = False,
    stages: tuple[str, ...] = STAGES,
    config: PocketConfig | None = None,
    recipe: Recipe | None = None,
    threads: int | None = None,
    base: str | Path | None = None,
    say: Callable[[str], None] = print,
) -> dict[str, dict[str, float]]:
    """Train a pocket model into `out`; returns each stage's final numbers.

    out gets checkpoints, films/, features/, log.jsonl, loss.png and, after the last stage, model/ (config.json,
    model.safetensors, tokenizer.json). A run that was stopped goes on from its last checkpoint, at most 250 steps
    back; resume=False refuses a folder that holds one. stages: a part of them (vision and text do not need each
    other, and may run at the same time). base: the folder of another run whose films and whose vision and text stages
    this one goes on from (pocket-notime from pocket's). lesson: minutes, with the shipped model's encoder as it is
    (LLaVA takes CLIP's so), for one kind of question. Raises ModelError when a stage lacks the one before it.
    """
    import torch

    from course_lib.model.train.films import Reel
    from course_lib.model.train.joint import align_stage, extract, joint_stage
    from course_lib.model.train.loop import run
    from course_lib.model.train.picture import draw_losses
    from course_lib.model.train.start import start_values
    from course_lib.model.train.text import text_stage
    from course_lib.model.train.vision import NamingEncoder, vision_stage
    from course_lib.model.train.world import Teacher

    folder = Path(out)
    if unknown := set(stages) - set(STAGES):
        raise ModelError(f"There is no stage {sorted(unknown)[0]!r}.", f"Choose from {', '.join(STAGES)}.")
    if not resume and any(folder.glob("*.pt")):
        raise ModelError(f"{folder} already holds a training run.", "Go on with it (--resume) or give another folder.")
    config = config or PocketConfig()
    recipe = recipe or (LESSON if lesson else POCKET)
    seen_by = ("size", "tubelet", "features", "widths")
    if not recipe.vision and any(getattr(config, name) != getattr(PocketConfig(), name) for name in seen_by):
        raise ModelError("The shipped encoder fits no other size than its own.", "Train vision too, or keep the size.")
    given = (*(GIVEN if base is not None else ()), *(() if recipe.vision else ("vision",)))
    if stages != STAGES and (taken := set(stages) & set(given)):
        raise ModelError(f"Stage {sorted(taken)[0]} is taken from another model in this run.", "Leave it out.")
    if base is not None and not (Path(base) / "recipe.json").is_file():
        raise ModelError(f"{base} holds no training run.", "Give --base the folder of one: course train pocket --out …")
    where = _device(device)
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder} is a file.", "Give a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    agreed = {
        "config": config.to_dict(),
        "recipe": vars(recipe),
        "seed": seed,
        "based on another run": base is not None,
    }
    _agree(folder / "recipe.json", agreed)
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(seed)

    model = build_pocket(config, seed).to(where)
    start_values(model.llm, model.tokenizer)
    naming = NamingEncoder(model.encoder).to(where)
    teacher = Teacher(model.tokenizer, config.tokens, config.time_signal, recipe.asked, recipe.from_timeline)
    ground = Path(base) if base is not None else folder
    reel = Reel(ground / "films", config.size, config.tubelet, recipe.clips)
    reels = (reel, reel.unseen())
    features = ground / "features"
    numbers: dict[str, dict[str, float]] = {}
    began = time.monotonic()
    for stage in [s for s in STAGES if s in stages and s not in given]:
        if stage == "vision":
            built = vision_stage(naming, reel, recipe.vision, recipe.films, where)
        elif stage == "text":
            built = text_stage(model, teacher, recipe.text, recipe.clips, seed, where, recipe.curriculum)
        else:
            _take_up(folder, ground, model, naming, before=stage, seen=recipe.vision > 0)
            if stage == "align":
                for varied in (False, True):
                    extract(model.encoder, reel, recipe.films, features, where, varied)
                extract(model.encoder, reels[1], 8, features, where, varied=False)
            make = align_stage if stage == "align" else joint_stage
            steps = getattr(recipe, stage)
            built = make(model, teacher, reels, features, recipe.films, steps, where)
        numbers[stage] = run(built, folder, where, say=say)
        draw_losses(folder / "log.jsonl", folder / "loss.png")
    if "joint" in stages:
        model.extra |= {"timeline_first": recipe.from_timeline > 0, "tells": "second by second"}
        model.save_pretrained(folder / "model", dtype=torch.float16)
        say(f"the model is in {folder / 'model'}, after {(time.monotonic() - began) / 60:.0f} minutes")
    return numbers


def _device(name: str | None) -> torch.device:
    """The device of that name, once it has been used. Raises ModelError for one that is not here."""
    import torch

    name = name or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.zeros(1, device=name).device
    except (RuntimeError, AssertionError) as problem:
        first = str(problem).strip().splitlines()[0]
        raise ModelError(f"The device {name!r} cannot be used ({first}).", "Give --device cpu.") from problem


def _take_up(folder: Path, ground: Path, model: VideoLLaMA, naming: NamingEncoder, before: str, seen: bool) -> None:
    """Load what the stage builds on: the encoder of `vision` (of the shipped model, unless `seen`), and the weights of
    the stage before. ground: the folder of the stages in GIVEN."""
    import torch

    from course_lib.model.video_llama import VideoLLaMA

    if not seen:
        encoder = VideoLLaMA.from_pretrained(SHIPPED).encoder.state_dict()
    previous = {"align": "text", "joint": "align"}[before]
    for name, module in ((("vision", naming),) if seen else ()) + ((previous, model),):
        where = ground if name in GIVEN else folder
        if not (where / f"{name}.done").exists():
            raise ModelError(f"Stage {before} needs stage {name}, which is not done in {where}.", f"Run {name} first.")
        module.load_state_dict(torch.load(where / f"{name}.pt", map_location="cpu", weights_only=True)["model"])
        if name == "vision":
            encoder = {k: v.clone() for k, v in model.encoder.state_dict().items()}
    model.encoder.load_state_dict(encoder)


def _agree(path: Path, recipe: dict) -> None:
    """A folder is one recipe: going on with another would mix two runs silently."""
    recipe = json.loads(json.dumps(recipe))
    if path.exists() and json.loads(path.read_text()) != recipe:
        raise ModelError(f"{path.parent} was begun with another recipe (see {path.name}).", "Give another folder.")
    path.write_text(json.dumps(recipe, indent=1) + "\n")
