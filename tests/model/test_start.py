"""What the decoder begins with: heads that look, and an optimiser that leaves no direction behind."""

from __future__ import annotations

import torch
from torch import nn

from course_lib.model.pocket import PocketConfig, build_pocket
from course_lib.model.train.muon import Muon, orthogonal
from course_lib.model.train.start import start_values

TOLD = "the blue car stops from second 3 to 6. the red car turns right from second 8 to 11. "
ASKED = "when the red car turns right"


def test_before_any_training_a_question_s_last_word_looks_at_the_same_words_where_they_were_told() -> None:
    model = build_pocket(PocketConfig(size=32, widths=(8, 8, 16, 16)))
    torch.manual_seed(0)
    start_values(model.llm, model.tokenizer)
    model.llm.set_attn_implementation("eager")
    ids = model.tokenizer(TOLD + ASKED, return_tensors="pt")["input_ids"]
    words = model.tokenizer.convert_ids_to_tokens(ids[0])
    with torch.no_grad():
        first, second, *_ = model.llm(ids, output_attentions=True).attentions  # each [1, heads, L, L]
    last, told = len(words) - 1, words.index("right")
    for head in range(4):  # so many words back
        assert int(first[0, head, last].argmax()) == last - 1 - head
        assert float(second[0, head, last, told]) > 0.25
        assert float(second[0, head, last, [i for i in range(last) if i != told]].max()) < 0.1


def test_every_direction_of_an_update_gets_the_same_size() -> None:
    torch.manual_seed(0)
    for shape in ((3, 16, 40), (3, 40, 16)):
        steep = torch.randn(shape) * torch.logspace(0, -2, shape[2])
        values = torch.linalg.svdvals(orthogonal(steep))
        assert orthogonal(steep).shape == shape
        assert float(values.min()) > 0.5 and float(values.max()) < 1.3


def test_muon_finds_a_matrix_and_leaves_what_has_no_gradient() -> None:
    torch.manual_seed(0)
    layer, idle, target = nn.Linear(8, 8, bias=False), nn.Linear(8, 8, bias=False), torch.randn(8, 8) / 3
    before = idle.weight.clone()
    optimiser = Muon([layer.weight, idle.weight], lr=0.02)
    losses = []
    for _ in range(200):
        optimiser.zero_grad()
        loss = (layer.weight - target).square().sum()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.05 * losses[0]
    assert torch.equal(idle.weight, before)
