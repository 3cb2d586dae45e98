"""The small world of 5.train, and the model that learns it: the same as in the exercise's notebook.

A clip is 8 moments, an event each; a question asks which event is at moment k. What an event looks like is drawn anew
for each world, so nothing that was trained before can answer.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

MOMENTS, EVENTS, FEATURES, QUESTIONS, WIDTH = 8, 12, 16, 3, 32
END, PLACEHOLDER, ASK, FIRST_MOMENT, FIRST_EVENT = 0, 1, 2, 3, 11  # ids; 3 to 10: moments, 11 to 22: events
WORDS, PLACES = FIRST_EVENT + EVENTS, MOMENTS + 4 * QUESTIONS
PADDING, VIDEO, QUESTION, ANSWER = -1, 0, 1, 2  # roles


class TinyVideoLM(nn.Module):
    """One layer of attention over the moments of a clip and the questions behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(PLACES, WIDTH)
        self.projector = nn.Linear(FEATURES, WIDTH)
        self.norm, self.qkv, self.out = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.mlp = nn.Sequential(
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH)
        )
        self.head = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WORDS))

    def forward(
        self, video: Tensor, ids: Tensor, mask: Tensor | None = None, positions: Tensor | None = None
    ) -> Tensor:
        B, L = ids.shape
        mask = torch.ones(B, L, L, dtype=torch.bool).tril() if mask is None else mask
        positions = torch.arange(L).expand(B, L) if positions is None else positions
        seen = self.projector(video) + self.words.weight[FIRST_MOMENT:FIRST_EVENT]  # each moment says its number
        x = self.words(ids).masked_scatter((ids == PLACEHOLDER)[..., None], seen) + self.places(positions)
        q, k, v = self.qkv(self.norm(x)).chunk(3, dim=-1)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, attn_mask=mask))
        return self.head(x + self.mlp(x))  # [B, L, WORDS]


def start_weights(g: torch.Generator) -> dict[str, Tensor]:
    """Keys begin as queries, so that like looks for like (Trockman and Kolter, 2023); residual branches at 0."""
    with torch.random.fork_rng(devices=[]):  # making a module draws from the learner's own generator
        weights = {name: torch.zeros_like(w) for name, w in TinyVideoLM().state_dict().items()}
    for name, w in weights.items():
        if w.ndim == 1:
            w.fill_(float(name in ("norm.weight", "mlp.0.weight", "head.0.weight")))
        elif name not in ("out.weight", "mlp.3.weight"):
            scale = {"words.weight": 1.0, "places.weight": 0.1}.get(name, w.shape[1] ** -0.5)
            w.normal_(0, scale, generator=g)
    weights["qkv.weight"][WIDTH : 2 * WIDTH] = weights["qkv.weight"][:WIDTH]
    return weights


def model_with(weights: dict[str, Tensor]) -> TinyVideoLM:
    with torch.random.fork_rng(devices=[]):
        model = TinyVideoLM()
    model.load_state_dict({name: w.float() for name, w in weights.items()})
    return model.eval()


class World:
    """Clips, and questions on them. batch() draws the next ones."""

    def __init__(self, seed: int) -> None:
        self.g = torch.Generator().manual_seed(seed)
        self.looks = torch.randn(EVENTS, FEATURES, generator=self.g)
        self.weights = start_weights(self.g)

    def batch(self, size: int = 32) -> dict[str, Tensor]:
        """video float32 [B, 8, 16]; ids, role int64 [B, 20]: the placeholders, then one to three questions."""
        g = self.g
        events = torch.rand(size, EVENTS, generator=g).argsort(1)[:, :MOMENTS]  # no event twice in a clip
        video = self.looks[events] + 0.5 * torch.randn(size, MOMENTS, FEATURES, generator=g)
        moment = torch.rand(size, MOMENTS, generator=g).argsort(1)[:, :QUESTIONS]
        asked = torch.full_like(moment, ASK), FIRST_MOMENT + moment
        answer = FIRST_EVENT + events.gather(1, moment), torch.full_like(moment, END)
        turns = torch.stack([*asked, *answer], dim=2)  # [B, 3, 4]
        there = torch.arange(QUESTIONS) < torch.randint(1, QUESTIONS + 1, (size, 1), generator=g)
        roles = torch.tensor([QUESTION, QUESTION, ANSWER, ANSWER]).where(there[..., None], PADDING)
        places = torch.full((size, MOMENTS), PLACEHOLDER)
        return {
            "video": video,
            "ids": torch.cat([places, turns.where(there[..., None], END).flatten(1)], dim=1),
            "role": torch.cat([torch.full_like(places, VIDEO), roles.flatten(1)], dim=1),
        }

    def shuffled(self, video: Tensor) -> Tensor:
        """The moments of each clip in another order."""
        order = torch.rand(video.shape[:2], generator=self.g).argsort(1)
        return video.gather(1, order[..., None].expand_as(video))
