"""4.project: from features to video tokens."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from course_lib.checks.answer import Stopped
from course_lib.checks.check import Case, Mistake, Values
from course_lib.checks.sketch.inputs import CLOSE, drawn


def project(features: Any, projector: Callable[[Any], Any]) -> Any:
    return projector(features).flatten(1, 2)


def _tenfold(features: Any) -> Any:
    return _read(features, 1) * 10


def _read(features: Any, width: int) -> Any:
    if features.ndim != 4 or features.shape[-1] != width:
        raise Stopped(f"projector reads features [B, T, K, {width}]; it got {list(features.shape)}")
    return features


def _projector(rng: Random, width: int, hidden: int, merged: int) -> Callable[[Any], Any]:
    weight = drawn(rng, width * merged, hidden)

    def projector(features: Any) -> Any:
        B, T, K, D = _read(features, width).shape
        if K % merged:
            raise Stopped(f"projector makes one token of {merged} places each; it got {K} places")
        return features.reshape(B, T, K // merged, merged * D) @ weight  # [B, T, K / merged, hidden]

    return projector


def _project_cases(rng: Random) -> list[Case]:
    import torch

    by_hand = torch.tensor([1.0, 2.0, 6.0]).reshape(1, 3, 1, 1)
    cases = [
        Case((by_hand, _tenfold), "FUNCTION(features 1, 2, 6 of three moments, a projector that takes them times ten)")
    ]
    for B, T, K, merged in ((2, 4, 4, 2), (1, 3, 2, 1), (2, rng.randint(5, 8), 6, 3)):
        said = f"FUNCTION(features [{B}, {T}, {K}, 5], a projector to {K // merged} tokens a moment)"
        cases.append(Case((drawn(rng, B, T, K, 5), _projector(rng, 5, 7, merged)), said))
    return cases


PROJECT = Values(
    _project_cases,
    project,
    tolerance=CLOSE,
    mistakes=[
        Mistake(
            "averaged over time",
            "All moments go in, and tokens for a single one come out: backwards or forwards, the clip is the same to "
            "the model. The cause: a mean over time. Nothing after it can tell what came first. Project every moment.",
            lambda features, projector: projector(features.mean(dim=1, keepdim=True)).flatten(1, 2),
        ),
        Mistake(
            "averaged and repeated",
            "The count of tokens is right, and all moments say the same: they are one mean, written T times. What is "
            "averaged away does not come back. Leave the moments alone.",
            lambda features, projector: projector(features.mean(dim=1, keepdim=True).expand_as(features)).flatten(1, 2),
        ),
        Mistake(
            "averaged over places",
            "The moments are there, and of each only a mean over its K features: what was where is gone. Nothing is "
            "to be averaged here.",
            lambda features, projector: projector(features.mean(dim=2, keepdim=True).expand_as(features)).flatten(1, 2),
        ),
        Mistake(
            "averaged over places",
            "The moments are there, and of each moment's tokens only their mean. Join the axes of moments and tokens; "
            "do not average one away.",
            lambda features, projector: projector(features).mean(dim=2),
        ),
        Mistake(
            "one moment for all",
            "Only one moment's tokens are left. An answer about any other second has nothing to look at.",
            lambda features, projector: projector(features[:, -1:]).flatten(1, 2),
        ),
        Mistake(
            "one moment for all",
            "Only the first moment's tokens are left. An answer about any later second has nothing to look at.",
            lambda features, projector: projector(features[:, :1]).flatten(1, 2),
        ),
        Mistake(
            "not joined",
            "Moments and tokens are two axes still: [B, T, K', hidden]. The prompt is one row of tokens: join them to "
            "[B, T * K', hidden].",
            lambda features, projector: projector(features),
        ),
        Mistake(
            "clips joined too",
            "The clips of the batch were joined with their moments. Each clip keeps a row of its own.",
            lambda features, projector: projector(features).flatten(0, 2),
        ),
        Mistake(
            "places before moments",
            "The tokens are right and their order is not: the first token of every moment, then the second of every "
            "moment. A moment's tokens stand together, moment after moment.",
            lambda features, projector: projector(features).transpose(1, 2).flatten(1, 2),
        ),
        Mistake(
            "averaged over time",
            "The moments were averaged, and their axis went with them; with the axis kept nothing would "
            "raise, and all would be lost all the same. Hand the projector every moment: [B, T, K, D].",
            raises="Stopped",
            looks="got [1, 1, 1]",
        ),
        Mistake(
            "averaged over places",
            "The K features of a moment became one before the projector, which wants them all: it makes K' tokens of "
            "them. Hand it the features as they are.",
            raises="Stopped",
            looks="places",
        ),
        Mistake(
            "joined before the projector",
            "The projector needs to see which features belong to one moment. Hand it [B, T, K, D]; join afterwards.",
            raises="Stopped",
            looks="projector reads",
        ),
    ],
)
