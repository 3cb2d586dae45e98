"""3.whole: what was written runs inside the shipped model, and must give the model's own logits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from course_lib.checks.answer import Answer
from course_lib.checks.check import Judged, Mistake, Wrong
from course_lib.checks.compare import difference
from course_lib.checks.outcome import Matrices
from course_lib.checks.splice import pocket
from course_lib.checks.splice.positions import laid_out
from course_lib.model.prompt import VIDEO, turn

if TYPE_CHECKING:
    from torch import Tensor

# Still rejected: embeddings scaled to length 1, which the model's norms nearly undo (off by 0.28 or more); one position
# skipped before the video (0.5 or more); one moment that is not told its second (1.9 or more). Rounding reaches 3e-5.
TOLERANCE = 5e-3


@dataclass(frozen=True)
class Batch:
    """rows of ids with a placeholder for each clip; clips of each row."""

    rows: list[list[int]]
    clips: list[list[pocket.Shot]]

    def args(self) -> tuple[Any, ...]:
        videos = [[shot.tokens for shot in row] for row in self.clips]
        seconds = [[shot.second_ids for shot in row] for row in self.clips]
        return self.rows, videos, seconds, pocket.words(), pocket.model().video_token_id

    @property
    def call(self) -> str:
        said = "; ".join(
            f"row {r}: {len(row)} ids, clips of {[len(shot.tokens) for shot in clips]} tokens"
            for r, (row, clips) in enumerate(zip(self.rows, self.clips, strict=True))
        )
        return f"FUNCTION(rows, videos, seconds, words, video_id), {said}"

    def expanded(self, r: int) -> list[int]:
        shots, out = iter(self.clips[r]), list[int]()
        for token in self.rows[r]:
            out += [token] * (len(next(shots).tokens) if token == pocket.model().video_token_id else 1)
        return out

    def logits(self, r: int) -> Tensor:
        """The model's own, for a row by itself: [n, V]."""
        import torch

        ids, shots = torch.tensor([self.expanded(r)]), self.clips[r]
        seconds = [[shot.seconds for shot in shots]]
        with torch.no_grad():
            out = pocket.model()(ids, [[shot.frames for shot in shots]], seconds=seconds)
        return out.logits[0]  # type: ignore[no-any-return]


def _batch(rng: Random, moments: list[list[int]]) -> Batch:
    clips = [[pocket.shoot(rng, count) for count in row] for row in moments]
    rows = []
    for shots in clips:
        text = "".join(f"the video lasts {round(shot.duration)} seconds {VIDEO}" for shot in shots)
        asked = [turn(pocket.question(rng, 30)) for _ in range(1 if shots else 3)]
        rows.append(pocket.ids_of(text + "".join(asked)))
    return Batch(rows, clips)


def _reference(batch: Batch, times: Callable[[pocket.Shot], Tensor]) -> dict[str, Any]:
    """What is expected, with `times` [N, hidden] added to a clip's tokens; padding is left empty."""
    import torch

    found = laid_out([len(batch.expanded(r)) for r in range(len(batch.rows))], "left")
    embeddings = torch.zeros(*found["mask"].shape, pocket.words().shape[1])
    for r, shots in enumerate(batch.clips):
        ids = torch.tensor(batch.expanded(r))
        row = pocket.words()[ids].clone()
        if shots:
            row[ids == pocket.model().video_token_id] = torch.cat([shot.tokens + times(shot) for shot in shots])
        embeddings[r][found["mask"][r].bool()] = row
    return {"embeddings": embeddings, **found}


def _told(shot: pocket.Shot) -> Tensor:
    vectors = pocket.words()[shot.second_ids]  # [M, hidden]
    return vectors.repeat_interleave(len(shot.tokens) // len(vectors), 0)


def _told_in_turns(shot: pocket.Shot) -> Tensor:
    vectors = pocket.words()[shot.second_ids]
    return vectors.repeat(len(shot.tokens) // len(vectors), 1)


def _untold(shot: pocket.Shot) -> Tensor:
    return shot.tokens * 0


def _run(batch: Batch, found: dict[str, Any]) -> Tensor:
    import torch

    with torch.no_grad():
        out = pocket.model().llm(
            inputs_embeds=found["embeddings"].float(),
            attention_mask=found["mask"],
            position_ids=found["positions"].clamp(min=0),
        )
    return out.logits  # type: ignore[no-any-return]


def _off(batch: Batch, found: dict[str, Any], own: list[Tensor]) -> float:
    """The largest difference from the model's own logits, at every real token."""
    logits = _run(batch, found)
    gaps = [(logits[r, -len(row) :] - row).abs().max() for r, row in enumerate(own)]
    return float(max(gaps))


def _judge(answer: Answer, rng: Random, wrong: Callable[..., Wrong]) -> None:
    for moments in (
        [[rng.randint(3, 5)]],
        [[rng.randint(4, 6)], [rng.randint(1, 3)]],
        [[2, rng.randint(3, 4)], [], [4]],
    ):
        batch = _batch(rng, moments)
        yours, right = answer(*batch.args()), _reference(batch, _told)
        found = difference(yours, right, 1e30)  # type, dtype and shape; values are told by the logits
        if found and found[0] != "values":
            raise Wrong(found[1], call=batch.call, yours=_sizes(yours), expected=_sizes(right))
        own = [batch.logits(r) for r in range(len(batch.rows))]
        yours["embeddings"][~right["mask"].bool()] = 0.0  # whatever stands at padding: not a number would spread
        off = _off(batch, yours, own)
        name = _cause(batch, yours, right, own) if not off < TOLERANCE else _counted(yours, right)
        if name:
            facts = {"off": f"{off:.3g}", "tolerance": f"{TOLERANCE:g}"}
            beside = _beside(yours, right) if "positions" in name else {}
            raise wrong(name, call=batch.call, picture=_picture(yours, right), **facts, **beside)


def _cause(batch: Batch, yours: dict[str, Any], right: dict[str, Any], own: list[Tensor]) -> str:
    """Which of the three moves the logits: the one in whose place ours makes them right."""
    real = right["mask"].bool()
    if not bool((yours["mask"] == right["mask"]).all()):
        if bool(yours["mask"].bool().all()):
            return "padding in sight"
        return "padding on the right" if bool((yours["mask"].flip(1) == right["mask"]).all()) else "another mask"
    for name, times in (("time not told", _untold), ("time told in turns", _told_in_turns)):
        if _near(yours["embeddings"][real], _reference(batch, times)["embeddings"][real]):
            return name
    if not _near(yours["embeddings"][real], right["embeddings"][real]):
        video = right["embeddings"].clone()
        for r in range(len(batch.rows)):
            ids = batch.expanded(r)
            for i, token in enumerate(ids, real.shape[1] - len(ids)):
                if token == pocket.model().video_token_id:
                    video[r, i] = pocket.words()[token]
        return "placeholders left" if _near(yours["embeddings"][real], video[real]) else "other embeddings"
    return "other positions"


def _counted(yours: dict[str, Any], right: dict[str, Any]) -> str:
    """Rotary positions forgive a shift of a whole row; learned ones would not."""
    real = right["mask"].bool()
    return "" if bool((yours["positions"][real] == right["positions"][real]).all()) else "positions shifted"


def _near(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).abs().max() < 1e-4)


def _sizes(found: Any) -> str:
    if not isinstance(found, dict):
        return type(found).__name__
    return ", ".join(f"{name} {list(getattr(value, 'shape', []))}" for name, value in found.items())


def _picture(yours: dict[str, Any], right: dict[str, Any]) -> Matrices | None:
    same = bool((yours["mask"] == right["mask"]).all())
    return None if same else Matrices({"your mask": yours["mask"].tolist(), "expected": right["mask"].tolist()})


def _beside(yours: dict[str, Any], right: dict[str, Any]) -> dict[str, str]:
    """The first row whose positions differ, for "yours" and "expected"."""
    for r, (one, other) in enumerate(zip(yours["positions"].tolist(), right["positions"].tolist(), strict=True)):
        if one != other:
            return {"yours": f"positions of row {r}: {one}", "expected": f"positions of row {r}: {other}"}
    return {}


WHOLE = Judged(
    _judge,
    [
        Mistake(
            "time not told",
            "The logits are off by {off} ({tolerance} is allowed). Mask and positions are right; the video tokens do "
            "not know their seconds. Add to each token the word vector of its moment's second.",
        ),
        Mistake(
            "time told in turns",
            "The logits are off by {off} ({tolerance} is allowed). The seconds are added in the wrong order: a "
            "moment's tokens stand side by side, so its vector is repeated for each before the next moment's comes "
            "(`repeat_interleave`, not `repeat`).",
        ),
        Mistake(
            "placeholders left",
            "The logits are off by {off} ({tolerance} is allowed). Where the video should be, the placeholder's own "
            "word vector still stands: the model sees no video. Is the result of your splice used?",
        ),
        Mistake(
            "other embeddings",
            "The logits are off by {off} ({tolerance} is allowed). Mask and positions are right, and the embeddings "
            "are not those of words and video tokens, each in its place. Clips come in the order of their "
            "placeholders.",
        ),
        Mistake(
            "padding in sight",
            "The logits are off by {off} ({tolerance} is allowed). Your mask is 1 everywhere, so the shorter rows "
            "attend to their padding. It is right for a batch of one only.",
        ),
        Mistake(
            "padding on the right",
            "The logits are off by {off} ({tolerance} is allowed). Your padding stands behind the rows. Put it on the "
            "left: the answer continues a row at its end.",
        ),
        Mistake(
            "another mask",
            "The logits are off by {off} ({tolerance} is allowed). Your mask is not 1 at each real token, words and "
            "video, and 0 at the padding on the left.",
        ),
        Mistake(
            "other positions",
            "The logits are off by {off} ({tolerance} is allowed). Embeddings and mask are right, the positions are "
            "not: every real token of the expanded row counts, one by one.",
        ),
        Mistake(
            "positions shifted",
            "The logits agree, and still your positions are not the row's own: they count the padding. This model "
            "compares distances only (rotary positions) and forgives it; one with learned positions would not. Count "
            "from the first real token.",
        ),
    ],
)
