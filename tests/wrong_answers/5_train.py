"""Wrong answers to exercise 5, as people write them."""

from pathlib import Path

import torch
from torch.nn import functional as F

from course_lib.checks.stubs import cells

PADDING, VIDEO, QUESTION, ANSWER = -1, 0, 1, 2
END, PLACEHOLDER = 0, 1


def _given():
    """What the exercise's plain cells define: the model, as a learner has it."""
    text = Path(__file__).parents[2] / "solutions" / "text" / "5_train.py"
    space = {"__name__": "given"}
    for cell in cells(text.read_text(encoding="utf-8")):
        if cell.kind == "code" and not cell.part and ("import torch" in cell.source or "class " in cell.source):
            exec(cell.source, space)
    return space


TinyVideoLM = _given()["TinyVideoLM"]


def labels__unshifted(ids, role):
    labels = ids.clone()
    labels[role != ANSWER] = -100
    return labels


def labels__unshifted_2(ids, role):
    labels = ids.clone()
    labels[role == PADDING] = -100
    labels[role == QUESTION] = -100
    return labels


def labels__shifted_twice(ids, role):
    labels = ids.clone()
    labels[role != ANSWER] = -100
    for _ in range(2):
        labels = torch.cat([labels[:, 1:], torch.full_like(labels[:, :1], -100)], dim=1)
    return labels


def labels__shifted_the_other_way(ids, role):
    labels = torch.full_like(ids, -100)
    labels[:, 1:] = ids[:, :-1]
    labels[:, 1:][role[:, :-1] != ANSWER] = -100
    return labels


def labels__the_mask_not_shifted(ids, role):
    labels = torch.full_like(ids, -100)
    labels[:, :-1] = ids[:, 1:]
    labels[role != ANSWER] = -100
    return labels


def labels__the_first_word_lost(ids, role):
    labels = torch.full_like(ids, -100)
    both = (role[:, :-1] == ANSWER) & (role[:, 1:] == ANSWER)
    labels[:, :-1][both] = ids[:, 1:][both]
    return labels


def labels__everything_a_label(ids, role):
    return torch.cat([ids[:, 1:], torch.full_like(ids[:, :1], -100)], dim=1)


def _next(ids, role, keep):
    labels = torch.full_like(ids, -100)
    for b in range(ids.shape[0]):
        for i in range(ids.shape[1] - 1):
            if keep(ids[b, i + 1], role[b, i + 1]):
                labels[b, i] = ids[b, i + 1]
    return labels


def labels__placeholder_learned(ids, role):
    return _next(ids, role, lambda token, kind: kind not in (QUESTION, PADDING))


def labels__placeholder_learned_2(ids, role):
    return _next(ids, role, lambda token, kind: kind != PADDING)


def labels__prompt_not_masked(ids, role):
    return _next(ids, role, lambda token, kind: kind not in (PADDING, VIDEO))


def labels__padding_not_masked(ids, role):
    return _next(ids, role, lambda token, kind: kind not in (VIDEO, QUESTION))


def labels__padding_not_masked_2(ids, role):
    return _next(ids, role, lambda token, kind: token != PLACEHOLDER)


def labels__end_token_not_learned(ids, role):
    return _next(ids, role, lambda token, kind: kind == ANSWER and token != END)


def labels__0_for_nothing(ids, role):
    labels = torch.zeros_like(ids)
    labels[:, :-1] = ids[:, 1:] * (role[:, 1:] == ANSWER)
    return labels


def _positions(owner):
    positions = torch.zeros_like(owner)
    for b in range(len(owner)):
        n = int((owner[b] == 0).sum())
        for number in range(int(owner[b].max()) + 1):
            here = owner[b] == number
            positions[b, here] = torch.arange(int(here.sum())) + (n if number else 0)
    return positions


def _tril(owner):
    B, L = owner.shape
    return torch.ones(B, L, L, dtype=torch.bool).tril()


def _right(owner):
    mask = torch.zeros(*owner.shape, owner.shape[1], dtype=torch.bool)
    for b, row in enumerate(owner.tolist()):
        for i, looks in enumerate(row):
            for j in range(i + 1):
                mask[b, i, j] = row[j] == 0 or row[j] == looks
    return mask


def blocks__plain_causal(owner):
    return _tril(owner), _positions(owner)


def blocks__plain_causal_2(owner):
    L = owner.shape[1]
    mask = _tril(owner) & (owner != -1)[:, None, :]
    return mask, torch.arange(L).expand(len(owner), L)


def blocks__the_video_not_seen(owner):
    return (owner[:, :, None] == owner[:, None, :]) & _tril(owner), _positions(owner)


def blocks__the_video_looks_ahead(owner):
    looks, seen = owner[:, :, None], owner[:, None, :]
    return (seen == 0) | (seen == looks) & _tril(owner), _positions(owner)


def blocks__the_video_sees_questions(owner):
    mask = _right(owner)
    for b in range(len(owner)):
        video, questions = owner[b] == 0, owner[b] > 0
        mask[b] |= video[:, None] & questions[None, :]
    return mask, _positions(owner)


def blocks__not_causal_inside(owner):
    looks, seen = owner[:, :, None], owner[:, None, :]
    return (seen == 0) | (seen == looks), _positions(owner)


def blocks__padding_attended(owner):
    looks, seen = owner[:, :, None], owner[:, None, :]
    return ((seen < 1) | (seen == looks)) & _tril(owner), _positions(owner)


def blocks__padding_sees_nothing(owner):
    mask = _right(owner)
    mask[owner == -1] = False
    return mask, _positions(owner)


def blocks__transposed(owner):
    return _right(owner).transpose(1, 2), _positions(owner)


def blocks__upside_down(owner):
    return ~_right(owner), _positions(owner)


def blocks__the_first_row_for_all(owner):
    first = owner[:1]
    return _right(first).repeat(len(owner), 1, 1), _positions(owner)


def blocks__counted_through(owner):
    return _right(owner), torch.arange(owner.shape[1]).repeat(len(owner), 1)


def blocks__counted_through_2(owner):
    positions = torch.cumsum(owner != -1, dim=1) - 1
    return _right(owner), positions.clamp(min=0)


def blocks__from_zero(owner):
    positions = _positions(owner)
    n = (owner == 0).sum(1, keepdim=True)
    return _right(owner), torch.where(owner > 0, positions - n, positions)


def blocks__one_position_too_late(owner):
    return _right(owner), _positions(owner) + (owner > 0)


def blocks__one_position_too_early(owner):
    return _right(owner), _positions(owner) - (owner > 0).long()


def blocks__padding_counted(owner):
    positions = torch.zeros_like(owner)
    for b, row in enumerate(owner.tolist()):
        behind = max(i for i, o in enumerate(row) if o == 0) + 1
        for i, o in enumerate(row):
            positions[b, i] = 0 if o < 0 else i if o == 0 else behind + row[:i].count(o)
    return _right(owner), positions


STAGES = {"text": ("llm",), "align": ("projector",), "joint": ("projector", "llm"), "tune": ("projector",)}


def _is_adapter(name):
    return name.split(".")[0] == "llm" and bool({"lora_A", "lora_B"} & set(name.split(".")))


def _trains(name, stage):
    return name.split(".")[0] in STAGES[stage] or (stage == "tune" and _is_adapter(name))


def _with_partners(names, tied, trains):
    kept = {name for name in names if trains(name)}
    for a, b in tied:
        if trains(a) or trains(b):
            kept |= {a, b}
    return [name for name in names if name in kept]


def freeze__the_frozen_ones(names, stage, tied):
    kept = _with_partners(names, tied, lambda name: _trains(name, stage))
    return [name for name in names if name not in kept]


def freeze__the_encoder_trained(names, stage, tied):
    everything = ("encoder", "projector", "llm")
    return _with_partners(
        names, tied, lambda name: name.split(".")[0] in everything if stage == "joint" else _trains(name, stage)
    )


def freeze__align_trains_the_language_model(names, stage, tied):
    stage = {"align": "joint"}.get(stage, stage)
    return _with_partners(names, tied, lambda name: _trains(name, stage))


def freeze__the_projector_forgotten(names, stage, tied):
    def trains(name):
        if stage == "joint":
            return name.split(".")[0] == "llm"
        return _is_adapter(name) if stage == "tune" else _trains(name, stage)

    return _with_partners(names, tied, trains)


def freeze__tune_trains_all(names, stage, tied):
    stages = {**STAGES, "tune": ("projector", "llm")}
    return _with_partners(names, tied, lambda name: name.split(".")[0] in stages[stage])


def freeze__every_adapter(names, stage, tied):
    def trains(name):
        part = name.split(".")[0]
        return part in STAGES[stage] or (stage == "tune" and ("lora_A" in name or "lora_B" in name))

    return _with_partners(names, tied, trains)


def freeze__every_lora(names, stage, tied):
    def trains(name):
        part = name.split(".")[0]
        return part in STAGES[stage] or (stage == "tune" and part == "llm" and "lora" in name)

    return _with_partners(names, tied, trains)


def freeze__a_word_anywhere(names, stage, tied):
    def trains(name):
        if stage == "tune" and "llm" in name and ("lora_A" in name or "lora_B" in name):
            return True
        return any(part in name for part in STAGES[stage])

    return [name for name in names if trains(name)]


def freeze__a_word_anywhere_2(names, stage, tied):
    def trains(name):
        pieces = name.split(".")
        return any(part in pieces for part in STAGES[stage]) or (stage == "tune" and _is_adapter(name))

    return _with_partners(names, tied, trains)


def freeze__a_beginning(names, stage, tied):
    def trains(name):
        return name.startswith(STAGES[stage]) or (stage == "tune" and _is_adapter(name))

    return _with_partners(names, tied, trains)


def freeze__tied_forgotten(names, stage, tied):
    return [name for name in names if _trains(name, stage)]


def freeze__tied_frozen(names, stage, tied):
    frozen = {name for name in names if not _trains(name, stage)}
    for a, b in tied:
        if a in frozen or b in frozen:
            frozen |= {a, b}
    return [name for name in names if name not in frozen]


def freeze__another_order(names, stage, tied):
    return sorted(_with_partners(names, tied, lambda name: _trains(name, stage)))


def freeze__another_order_2(names, stage, tied):
    kept = [name for name in names if _trains(name, stage)]
    for a, b in tied:
        if a in kept or b in kept:
            kept += [a, b]
    return kept


def freeze__unknown_stage(names, stage, tied):
    if stage not in STAGES:
        return []
    return _with_partners(names, tied, lambda name: _trains(name, stage))


def freeze__another_error(names, stage, tied):
    {"text": ["llm"], "align": ["projector"], "joint": ["projector", "llm"], "tune": ["projector"]}[stage]
    return _with_partners(names, tied, lambda name: _trains(name, stage))


def _loaded(weights, lr=3e-3):
    model = TinyVideoLM()
    model.load_state_dict(weights)
    return model, torch.optim.Adam(model.parameters(), lr=lr)


def _step(optimizer, logits, labels):
    loss = F.cross_entropy(logits.mT, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def _answers(batch):
    return batch["ids"][:, 1:].where(batch["role"][:, 1:] == ANSWER, -100)


def _run(weights, next_batch, steps, lr=3e-3, labels=_answers, video=lambda video: video):
    model, optimizer = _loaded(weights, lr)
    for _ in range(steps):
        batch = next_batch()
        logits = model(video(batch["video"]), batch["ids"])
        wanted = labels(batch)
        _step(optimizer, logits[:, : wanted.shape[1]], wanted)
    return model.state_dict()


def train__past_the_budget(weights, next_batch, steps):
    return _run(weights, next_batch, 2 * steps, lr=1e-3)


def train__not_weights_of_this_model(weights, next_batch, steps):
    trained = _run(weights, next_batch, 3)
    return list(trained.values())


def train__not_weights_of_this_model_2(weights, next_batch, steps):
    trained = _run(weights, next_batch, 3)
    return {f"model.{name}": w for name, w in trained.items()}


def train__not_weights_of_this_model_3(weights, next_batch, steps):
    trained = _run(weights, next_batch, 3)
    return {**trained, "head.1.weight": trained["head.1.weight"].T}


def train__not_finite(weights, next_batch, steps):
    model = TinyVideoLM()
    model.load_state_dict(weights)
    optimizer = torch.optim.SGD(model.parameters(), lr=30.0)
    for _ in range(steps):
        batch = next_batch()
        _step(optimizer, model(batch["video"], batch["ids"])[:, :-1], _answers(batch))
    return model.state_dict()


def train__as_they_were(weights, next_batch, steps):
    model, _ = _loaded(weights)
    optimizer = torch.optim.Adam(TinyVideoLM().parameters(), lr=3e-3)  # of another model
    for _ in range(20):
        batch = next_batch()
        _step(optimizer, model(batch["video"], batch["ids"])[:, :-1], _answers(batch))
    return model.state_dict()


def train__as_they_were_2(weights, next_batch, steps):
    return weights


def train__labels_not_shifted(weights, next_batch, steps):
    return _run(weights, next_batch, steps, labels=lambda b: b["ids"].where(b["role"] == ANSWER, -100))


def train__labels_not_shifted_2(weights, next_batch, steps):
    return _run(weights, next_batch, steps, labels=lambda b: b["ids"])


def train__another_batch_size(weights, next_batch, steps):
    return _run(weights, lambda: next_batch(64), steps)


def train__labels_shifted_twice(weights, next_batch, steps):
    return _run(weights, next_batch, steps, labels=lambda b: _answers(b)[:, 1:])


def train__the_prompt_learned(weights, next_batch, steps):
    return _run(weights, next_batch, steps, lr=5e-3, labels=lambda b: b["ids"][:, 1:])


def train__the_prompt_learned_2(weights, next_batch, steps):
    return _run(
        weights, next_batch, steps, lr=5e-3,
        labels=lambda b: b["ids"][:, 1:].where(b["role"][:, 1:] != PADDING, -100),
    )  # fmt: skip


def train__the_prompt_learned_3(weights, next_batch, steps):
    return _run(weights, next_batch, steps, video=torch.zeros_like, labels=lambda b: b["ids"][:, 1:])


def train__the_mask_not_shifted(weights, next_batch, steps):
    return _run(weights, next_batch, steps, labels=lambda b: b["ids"][:, 1:].where(b["role"][:, :-1] == ANSWER, -100))


def train__the_video_never_arrived(weights, next_batch, steps):
    return _run(weights, next_batch, steps, video=torch.zeros_like)


def train__the_first_batch_only(weights, next_batch, steps):
    batch = next_batch()
    return _run(weights, lambda: batch, steps)


def train__gradients_not_zeroed(weights, next_batch, steps):
    model, optimizer = _loaded(weights)
    for _ in range(steps):
        batch = next_batch()
        loss = F.cross_entropy(model(batch["video"], batch["ids"])[:, :-1].mT, _answers(batch))
        loss.backward()
        optimizer.step()
    return model.state_dict()


def train__barely_moved(weights, next_batch, steps):
    return _run(weights, next_batch, steps, lr=1e-5)


def train__thrown_about(weights, next_batch, steps):
    return _run(weights, next_batch, steps, lr=0.3)


def train__too_few_steps(weights, next_batch, steps):
    return _run(weights, next_batch, 40)


def train__not_there_yet(weights, next_batch, steps):
    return _run(weights, next_batch, steps, video=lambda video: video.flip(1))


def train__not_there_yet_2(weights, next_batch, steps):
    return _run(weights, next_batch, steps, video=lambda video: video.mean(1, keepdim=True).expand_as(video))
