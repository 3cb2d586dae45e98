"""`course train projector`: LLaVA's first stage on clipworld, between a trained encoder and a trained language model.

Both stay as they are; the projector alone learns to say in the language model's words what goes on at one moment.
Source: feature alignment, LLaVA (Liu et al., 2023), section 4.2, stage 1.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import Dataset

from course_lib.clipworld.questions import told_together
from course_lib.errors import ModelError
from course_lib.model.decode import Prefix, extend
from course_lib.model.parts import POCKET, SMOLLM2, chat_prompt, from_parts, save_parts
from course_lib.model.train.films import MOMENTS, Reel
from course_lib.model.train.loop import Metrics, Stage, run
from course_lib.model.train.picture import standing
from course_lib.model.train.run import _agree, _device
from course_lib.model.train.world import EDGE, seen_at
from course_lib.model.video_llama import IGNORED, VideoLLaMA
from course_lib.timeline import Timeline
from course_lib.tokens.sampling import PAIR_GAP

QUESTION = "What happens?"
QUIET = 0.15  # of the moments are such that nothing happens


@dataclass(frozen=True)
class ProjectorRecipe:
    """steps: of `films` films with `each` moments of every one; batches: so many lots of films are drawn; held_out: so
    many lots of films that are never trained on judge it."""

    steps: int = 600
    films: int = 8
    each: int = 2
    batches: int = 150
    held_out: int = 8
    lr: float = 5e-3
    evaluate_every: int = 100
    save_every: int = 25


@dataclass(frozen=True)
class MomentBatch:
    frames: Tensor  # uint8 [N, tubelet, 3, size, size]
    answers: list[str]


class Moments(Dataset):
    """Step -> `each` moments of every film of a lot, with what goes on in them; fresh moments every time round."""

    def __init__(self, reel: Reel, batches: int, each: int, seed: int) -> None:
        self.reel, self.batches, self.each, self.seed = reel, batches, each, seed

    def __getitem__(self, step: int) -> MomentBatch:
        rng = random.Random(f"{self.seed}/{step}/moments")
        number = step % self.batches
        drawn, timelines = self.reel.load(number)  # [films, MOMENTS * tubelet, size, size, 3]
        pairs = drawn.reshape(len(drawn), MOMENTS, self.reel.tubelet, *drawn.shape[2:])
        frames, answers = [], []
        for shown, film, timeline in zip(pairs, self.reel.films(number), timelines, strict=True):
            for i in choose(timeline, film.moments, self.each, rng):
                frames.append(shown[i])
                answers.append(told_together(seen_at(timeline, film.moments[i]), "and"))
        return MomentBatch(torch.from_numpy(np.stack(frames)).permute(0, 1, 4, 2, 3), answers)


def choose(timeline: Timeline, moments: np.ndarray, each: int, rng: random.Random) -> list[int]:
    """Places of moments to ask about: none near an event's beginning or end, where two answers are right, if it can be;
    few in which nothing happens."""
    near = PAIR_GAP / 2 + EDGE
    ends = [t for e in timeline for t in (e.start, e.end)]
    sure = [i for i, m in enumerate(moments) if all(abs(m - t) >= near for t in ends)] or list(range(len(moments)))
    busy = [i for i in sure if timeline.at(moments[i])]
    idle = [i for i in sure if i not in busy]
    kinds = [idle if idle and (not busy or rng.random() < QUIET) else busy for _ in range(each)]
    return [rng.choice(kind) for kind in kinds]


class Aligner:
    """A model of parts being asked about moments: what of the prompt stands before the video is read once."""

    def __init__(self, model: VideoLLaMA) -> None:
        from transformers import DynamicCache

        before, self.after = chat_prompt(model.tokenizer)
        self.model, self.gap = model, "" if self.after[-1:].isspace() else " "
        self.asked = self.ids(f"\n{QUESTION}{self.after}")
        empty = Prefix(DynamicCache(config=model.llm.config), 0)
        self.prefix = extend(model, empty, ids) if (ids := self.ids(before)) else empty

    def ids(self, text: str) -> list[int]:
        return list(self.model.tokenizer(text, add_special_tokens=False)["input_ids"])

    @torch.no_grad()
    def features(self, frames: Tensor) -> Tensor:
        """uint8 [N, tubelet, 3, size, size] -> [N, 1, K, in_dim]"""
        return self.model.encoder(frames.to(self.model.device))

    def labels(self, answers: list[str]) -> Tensor:
        """int64 [N, A]: the answers' tokens and their end, padded with -100."""
        rows = [torch.tensor([*self.ids(self.gap + text), self.model.ends[0]]) for text in answers]
        return torch.nn.utils.rnn.pad_sequence(rows, True, IGNORED).to(self.model.device)

    def logits(self, features: Tensor, labels: Tensor) -> Tensor:
        """What is predicted for each token of the answers behind the true ones before it: [N, A, V]."""
        (N, A), table = labels.shape, self.model.llm.get_input_embeddings()
        asked = torch.tensor([self.asked] * N, device=labels.device)
        text = table(torch.cat([asked, labels.clamp(min=0)], dim=1))
        embeds = torch.cat([self.model.project(features).to(text.dtype), text], dim=1)  # [N, K + Q + A, hidden]
        cache = copy.deepcopy(self.prefix.cache)
        cache.batch_repeat_interleave(N) if self.prefix.length else None
        # Padding stands behind all that is asked, where causal attention does not look.
        out = self.model.llm(inputs_embeds=embeds, past_key_values=cache, use_cache=True, logits_to_keep=A + 1)
        return out.logits[:, :-1].float()

    def loss(self, batch: MomentBatch) -> Tensor:
        """Cross entropy over the answers' tokens."""
        labels = self.labels(batch.answers)
        with torch.autocast(labels.device.type, torch.bfloat16, enabled=labels.device.type == "cuda"):
            logits = self.logits(self.features(batch.frames), labels)
        return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)

    @torch.no_grad()
    def judge(self, batches: list[MomentBatch]) -> Metrics:
        """On each moment's own features, and on those of another moment (control): mean loss a token, and the share of
        answers that greedy decoding gives word for word. constant: the share that the commonest answer would get.

        If every token is the likeliest one behind the true ones before it, greedy decoding writes exactly the answer.
        """
        losses: dict[str, list[Tensor]] = {"held-out loss": [], "control loss": []}
        right: dict[str, list[bool]] = {"right": [], "control right": []}
        for batch in batches:
            features, labels = self.features(batch.frames), self.labels(batch.answers)
            other = features[another(batch.answers)]
            for seen, lost, hit in zip((features, other), losses.values(), right.values(), strict=True):
                logits = self.logits(seen, labels)
                lost += F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")[
                    labels.flatten() != IGNORED
                ]
                hit += ((logits.argmax(-1) == labels) | (labels == IGNORED)).all(dim=1).tolist()
        told = Counter(answer for batch in batches for answer in batch.answers)
        return {
            **{name: torch.stack(values).mean().item() for name, values in losses.items()},
            **{name: sum(values) / len(values) for name, values in right.items()},
            "constant right": max(told.values()) / told.total(),
        }


def another(answers: list[str]) -> list[int]:
    """For each answer the place of the next one in the round that differs; its own where all are alike."""
    n = len(answers)
    return [next((j % n for j in range(i + 1, i + n) if answers[j % n] != answers[i]), i) for i in range(n)]


def projector_stage(model: VideoLLaMA, reel: Reel, recipe: ProjectorRecipe, seed: int) -> Stage:
    """Whose weights, and whose checkpoint, are the projector's alone."""
    model.eval().requires_grad_(False)
    aligner, data = Aligner(model), Moments(reel, recipe.batches, recipe.each, seed)
    unseen = Moments(reel.unseen(), recipe.held_out, recipe.each, 0)

    def evaluate() -> Metrics:
        return aligner.judge([unseen[i] for i in range(recipe.held_out)])

    return Stage(
        "projector", recipe.steps, data, aligner.loss, evaluate, [model.projector], model.projector, lr=recipe.lr,
        warmup=20, evaluate_every=recipe.evaluate_every, save_every=recipe.save_every,
    )  # fmt: skip


def train_projector(
    out: str | Path,
    vision: str | Path = POCKET,
    llm: str | Path = SMOLLM2,
    device: str | None = None,
    seed: int = 0,
    resume: bool = True,
    threads: int | None = None,
    recipe: ProjectorRecipe | None = None,
    say: Callable[[str], None] = print,
) -> Metrics:
    """Train a projector into `out`; returns its last numbers (see `Aligner.judge`).

    vision, llm: as in `from_parts`. out gets projector.pt (the checkpoint), films/, log.jsonl, loss.png and model/
    (config.json, projector.safetensors), which `course_lib.zoo.load` takes. A run that was stopped goes on from its
    last checkpoint; resume=False refuses a folder that holds one. Raises ModelError.
    """
    folder, recipe = Path(out), recipe or ProjectorRecipe()
    if not resume and any(folder.glob("*.pt")):
        raise ModelError(f"{folder} already holds a training run.", "Go on with it (--resume) or give another folder.")
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder} is a file.", "Give a folder.")
    where = _device(device)
    if threads:
        torch.set_num_threads(threads)
    model = from_parts(vision, llm, seed=seed).to(where)
    folder.mkdir(parents=True, exist_ok=True)
    _agree(folder / "recipe.json", {**model.extra, "recipe": asdict(recipe), "seed": seed})
    reel = Reel(folder / "films", model.encoder.size, int(getattr(model.encoder, "tubelet", 1)), recipe.films)
    numbers = run(projector_stage(model, reel, recipe, seed), folder, where, say=say)
    draw(folder / "log.jsonl", folder / "loss.png")
    save_parts(model, folder / "model")
    asked = f'--frames 1 --question "{QUESTION}"'  # one moment is what it has learned to tell
    say(f"the projector is in {folder / 'model'}: course summarize clip.mp4 --model {folder / 'model'} {asked}")
    return numbers


def draw(log: Path, picture: Path) -> None:
    """Read log.jsonl, write a PNG: the loss and the held-out answers right, each beside its control."""
    from matplotlib.figure import Figure

    rows: list[dict[str, Any]] = standing([json.loads(x) for x in log.read_text(encoding="utf-8").splitlines()])
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    losses, shares = figure.subplots(1, 2)
    lines = {"loss": losses, "held-out loss": losses, "control loss": losses, "right": shares, "control right": shares}
    for name, panel in lines.items():
        points = [(row["step"], row[name]) for row in rows if name in row]
        mark = "-" if name == "loss" else "o--" if name.startswith("control") else "o-"
        panel.plot(*zip(*points, strict=True), mark, label=name, markersize=4) if points else None
    losses.set(title="loss a token", xlabel="step", ylim=(0, None))
    shares.set(title="held-out answers right", xlabel="step", ylim=(0, 1))
    for panel in (losses, shares):
        panel.legend(fontsize=8)
    figure.savefig(picture, dpi=110)
