"""Where the words of a question and of its answer look: the numbers, and the picture of them."""

from pathlib import Path

import numpy as np
import pytest
import torch

import course_lib
from course_lib import zoo
from course_lib.model.pocket import PocketConfig, build_pocket
from course_lib.video import Clip
from course_lib.viz.attention import WordAttention, attention_alt, attention_data, draw_attention
from course_lib.zoo.pocket import Pocket

TINY = PocketConfig(time_signal="timestamp text", size=32, widths=(8, 8, 16, 16), hidden=32, layers=2, heads=4)
FILM = Path(course_lib.__file__).parent / "clips" / "demo.mp4"


def clip(moments: int = 5, size: int = 32) -> Clip:
    frames = np.random.default_rng(0).integers(0, 256, (2 * moments, size, size, 3), dtype=np.uint8)
    seconds = np.repeat(np.arange(moments) * 2.0 + 1, 2) + np.tile([0.0, 0.5], moments)
    return Clip(frames, seconds, 2.0 * moments + 1, "noise", pairs=True)


@pytest.fixture(scope="module")
def tiny() -> Pocket:
    return Pocket(build_pocket(TINY).eval(), "tiny")


@pytest.fixture(scope="module")
def looked(tiny: Pocket) -> WordAttention:
    return attention_data(tiny, clip(), ["What happens at second 3?"], max_new_tokens=4)[0]


def test_each_word_has_a_share_of_attention_for_each_moment(looked: WordAttention) -> None:
    assert looked.words[: looked.first_answer] == ("what", "happens", "at", "second", "3", "?")
    assert looked.weights.shape == (len(looked.words), 5)
    assert looked.seconds.tolist() == [1.25, 3.25, 5.25, 7.25, 9.25]
    assert (looked.weights >= 0).all()
    assert (looked.weights.sum(axis=1) < 1).all()  # the rest goes to text


def test_a_row_is_the_average_of_the_last_layers_at_the_place_where_its_word_is_read_or_chosen(tiny: Pocket) -> None:
    question = "What happens at second 3?"
    one = attention_data(tiny, clip(), [question], layers=1, max_new_tokens=4)[0]
    inner = tiny.model
    seconds = [1.25, 3.25, 5.25, 7.25, 9.25]
    place = "the video lasts 11 seconds " + "".join(f" {round(s)} <|video|><|video|>" for s in seconds)
    start = len(inner.tokenizer(place).input_ids)
    text = f"{place}<|user|> {question} <|assistant|> {one.answer}"
    ids = inner.tokenizer(text, return_tensors="pt").input_ids
    pixels = torch.from_numpy(clip().frames).permute(0, 3, 1, 2)
    inner.llm.set_attn_implementation("eager")
    with torch.no_grad():
        last = inner(ids, [[pixels]], output_attentions=True).attentions[-1][0].mean(dim=0)
    inner.llm.set_attn_implementation("sdpa")
    moments = last[:, ids[0] == inner.video_token_id].reshape(-1, 5, 2).sum(dim=-1)
    number, assistant = start + 1 + one.row("3"), start + 1 + one.first_answer
    np.testing.assert_allclose(one.weights[one.row("3")], moments[number], atol=1e-5)
    np.testing.assert_allclose(one.weights[one.first_answer], moments[assistant], atol=1e-5)


def test_questions_together_get_what_each_gets_alone_and_the_fast_kernel_is_put_back(tiny: Pocket) -> None:
    kind = tiny.model.llm.config._attn_implementation
    questions = ["What?", "What happens at second 3?"]
    together = attention_data(tiny, clip(), questions, max_new_tokens=3)
    for data, question in zip(together, questions, strict=True):
        [alone] = attention_data(tiny, clip(), [question], max_new_tokens=3)
        assert data.words == alone.words
        np.testing.assert_allclose(data.weights, alone.weights, atol=1e-6)
    assert tiny.model.llm.config._attn_implementation == kind


def test_the_fast_kernel_is_put_back_after_an_error_too(tiny: Pocket, monkeypatch: pytest.MonkeyPatch) -> None:
    from course_lib.viz import attention

    def fails(*_: object) -> None:
        raise RuntimeError("no memory")

    kind = tiny.model.llm.config._attn_implementation
    monkeypatch.setattr(attention, "_attention", fails)
    with pytest.raises(RuntimeError, match="no memory"):
        attention_data(tiny, clip(), ["What?"], max_new_tokens=1)
    assert tiny.model.llm.config._attn_implementation == kind


def test_peak_and_nearest_moment_are_places_in_the_row_of_moments() -> None:
    weights = np.array([[0.1, 0.4, 0.1], [0.0, 0.1, 0.2]])
    data = WordAttention(np.array([1.0, 3.0, 5.0]), ("17", "the"), weights, 1)
    assert (data.peak(0), data.peak(1), data.nearest(4.2), data.row("the"), data.answer) == (1, 2, 2, 1, "the")
    with pytest.raises(ValueError, match="18"):
        data.row("18")
    assert '"17" at 3.0 s, "the" at 5.0 s' in attention_alt(data)


def test_the_shipped_model_s_second_looks_at_the_moments_beside_it() -> None:
    pocket = zoo.load("pocket")
    watched = pocket.watch(FILM)
    seconds = (4, 12, 20, 26)
    found = attention_data(pocket, watched, [f"What happens at second {t}?" for t in seconds])
    off = [abs(d.peak(d.row(str(t))) - d.nearest(t)) for d, t in zip(found, seconds, strict=True)]
    assert max(off) <= 1
    assert found[1].answer == "the red ball rolls"


@pytest.mark.parametrize("with_frames", [True, False])
def test_every_word_and_moment_is_drawn_inside_the_picture(looked: WordAttention, with_frames: bool) -> None:
    figure = draw_attention(looked, clip() if with_frames else None)
    figure.canvas.draw()
    texts = [t for axis in figure.axes for t in axis.texts]
    assert {t.get_text() for t in texts} >= set(looked.words)
    assert [t.get_text() for t in figure.axes[-1].get_xticklabels()] == ["1.2", "3.2", "5.2", "7.2", "9.2"]
    assert len(figure.axes) == 1 + with_frames
    assert len(figure.axes[0].patches) == len(looked.words)  # a frame around each peak
    assert len(figure.axes[-1].images) == (5 if with_frames else 1)
    edge = figure.bbox
    for t in texts:
        box = t.get_window_extent()
        assert box.x0 >= edge.x0 and box.x1 <= edge.x1 and box.y0 >= edge.y0 and box.y1 <= edge.y1, t.get_text()


def test_an_answer_of_no_word_is_drawn_as_a_question_alone() -> None:
    data = WordAttention(np.array([1.0, 3.0]), ("what", "?"), np.zeros((2, 2)), 2)
    draw_attention(data).canvas.draw()
    assert data.answer == ""


def test_a_slider_moves_the_question_and_the_words_say_where_its_number_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    from course_lib.viz import attention, twin

    def asked(peak: int) -> WordAttention:
        weights = np.full((3, 5), 0.01)
        weights[:, peak] = 0.5
        return WordAttention(np.arange(5) * 2 + 1.25, (str(peak), "?", "<b>"), weights, 2)

    shown: list = []
    monkeypatch.setattr(twin, "show", lambda *what: shown.append(what))
    attention.widget([asked(k) for k in range(5)], clip(), 3, "second asked for")
    [(play, png, alt)] = shown
    assert alt == attention_alt(asked(3)) and png.startswith(b"\x89PNG")
    said = 'Asked: 3? It answers: <b>. "3" looks most at 7.2 s, the answer\'s first word at 7.2 s.'
    assert play.said == said
    play.values = {"number": 1}
    assert '"1" looks most at 3.2 s' in play.said
    assert play.drawing.count('class="peak"') == 3 and play.drawing.count("<img") == 5
    assert "<b>" not in play.drawing
