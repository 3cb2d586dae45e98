"""Where the words of a question and of its answer look in a clip: their attention over the moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.progress import progress
from course_lib.viz import palette, play, tracks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course_lib.video import Clip
    from course_lib.zoo.pocket import Pocket

LAYERS = 2  # the last ones, over which is averaged


@dataclass(frozen=True, eq=False)
class WordAttention:
    """seconds [M] of the moments; words: tokens of the question from `first_answer` on those of the answer; weights
    [words, M]: the share of each word's attention that goes to a moment's video tokens (0 to 1; what is missing to 1 in
    a row went to text). A question's word: where it looks when it is read. An answer's: where the model looks when it
    chooses that word, which is one place before it."""

    seconds: np.ndarray
    words: tuple[str, ...]
    weights: np.ndarray
    first_answer: int

    @property
    def answer(self) -> str:
        return " ".join(self.words[self.first_answer :])

    def row(self, word: str) -> int:
        """The first place of a word. Raises ValueError for one that is not there."""
        if word not in self.words:
            raise ValueError(f"there is no word {word!r} among: {' '.join(self.words)}")
        return self.words.index(word)

    def peak(self, row: int) -> int:
        """The moment that a word looks at most."""
        return int(self.weights[row].argmax())

    def nearest(self, second: float) -> int:
        """The moment that lies nearest to a second."""
        return int(np.abs(self.seconds - second).argmin())


def attention_data(
    model: Pocket, clip: Clip, questions: Sequence[str], layers: int = LAYERS, max_new_tokens: int = 24
) -> list[WordAttention]:
    """How the words of each question, and of the answer that the model gives from the video alone, look at the clip.

    Averaged over all heads of the last `layers` layers, and summed over a moment's tokens. Its own timeline is not put
    before the question, as `Pocket` else does: there an answer can be read off the text. Source: the attention maps of
    Vaswani et al. (2017), appendix; on what they prove: Jain & Wallace (2019).
    """
    from course_lib.model.decode import complete, prefill
    from course_lib.model.prompt import place_video, turn
    from course_lib.zoo.pocket import pair_up

    def ids(text: str) -> list[int]:
        return inner.tokenizer(text, add_special_tokens=False)["input_ids"]

    inner = model.model
    seconds, _ = pair_up(clip, model.tubelet)
    video = model.video_tokens(clip)
    place = ids(place_video(list(seconds), inner.projector.tokens, inner.time_signal, clip.duration))
    asked = [ids(turn(q)) for q in questions]
    answers = complete(inner, prefill(inner, place, video), asked, max_new_tokens)
    found = []
    with _weights_shown(inner.llm):
        for question, answer in progress(list(zip(asked, answers, strict=True)), "looking at attention"):
            mean = _attention(inner, video, [*place, *question, *answer.ids], layers)
            moments = mean.reshape(len(mean), len(seconds), -1).sum(axis=2)  # [L, M * K] -> [L, M]
            words = inner.tokenizer.convert_ids_to_tokens([*question[1:-1], *answer.ids])
            # The rows behind <|user|>. An answer's word is chosen one place before it, its first at <|assistant|>.
            weights = moments[len(place) + 1 : -1]
            found.append(WordAttention(np.asarray(seconds), tuple(words), weights, len(question) - 2))
    return found


def _attention(inner: Any, video: Any, ids: Sequence[int], layers: int) -> np.ndarray:
    """The attention that each of L tokens pays to the N video tokens [L, N], averaged over heads and last layers."""
    import torch

    from course_lib.model.splice import splice

    row = torch.tensor([list(ids)], device=inner.device)
    is_video = row == inner.video_token_id
    with torch.no_grad():
        embeds = splice(inner.llm.get_input_embeddings()(row), [video], is_video)
        maps = inner.llm(inputs_embeds=embeds, output_attentions=True).attentions  # of each layer [1, heads, L, L]
    mean = torch.stack(maps[-layers:]).mean(dim=(0, 1, 2))  # [L, L]
    return mean[:, is_video[0]].float().cpu().numpy()


@contextmanager
def _weights_shown(llm: Any) -> Iterator[None]:
    """The plain attention, which gives its weights out; the fast kernels never have them in memory."""
    kind = llm.config._attn_implementation
    llm.set_attn_implementation("eager")
    try:
        yield
    finally:
        llm.set_attn_implementation(kind)


def attention_alt(data: WordAttention) -> str:
    """What the picture shows, in words."""
    peaks = ", ".join(f'"{w}" at {data.seconds[data.peak(i)]:.1f} s' for i, w in enumerate(data.words))
    return f"A heat map of attention, one row a word and one column a moment. Each word looks most: {peaks}."


WIDTH, RIGHT, LETTER = 7.4, 0.68, 0.088  # inches; LETTER: of a word, in bold
ROW, TOP, FOOT = 0.23, 0.34, 0.42


def draw_attention(data: WordAttention, clip: Clip | None = None) -> Figure:
    """A heat strip for each word over the moments, the peak of each framed, the answer's words in bold; under it (with
    `clip`) the moments' frames.

    Darker is more; a row's darkest is its own peak, and the share of its attention that the whole video gets stands on
    its right. Returns a matplotlib figure.
    """
    from matplotlib.figure import Figure

    words, M = data.weights.shape
    left = 0.25 + LETTER * max(map(len, data.words), default=0)
    column = (WIDTH - left - RIGHT) / M
    strip = 0.0 if clip is None else column * clip.frames.shape[1] / clip.frames.shape[2]
    height = TOP + words * ROW + 0.06 + strip + FOOT
    figure = Figure(figsize=(WIDTH, height), facecolor=palette.PAPER)

    def axes(bottom: float, tall: float) -> Any:
        axis = figure.add_axes((left / WIDTH, bottom / height, M * column / WIDTH, tall / height))
        axis.set(xlim=(-0.5, M - 0.5), yticks=[], xticks=[])
        for spine in axis.spines.values():
            spine.set_visible(False)
        return axis

    heat = axes(FOOT + strip + 0.06, words * ROW)
    _draw_heat(heat, data)
    last = heat
    if clip is not None:
        last = axes(FOOT, strip)
        last.set_ylim(0, 1)
        for k, second in enumerate(data.seconds):
            frame = clip.frames[int(np.abs(clip.seconds - second).argmin())]
            last.imshow(frame, extent=(k - 0.48, k + 0.48, 0, 1), aspect="auto", interpolation="lanczos")
        last.set_xlim(-0.5, M - 0.5)
    last.set_xticks(range(M), [f"{s:.1f}" for s in data.seconds], fontsize=8.5, color=palette.SOFT)
    last.tick_params(axis="x", length=0, pad=2)
    last.set_xlabel("seconds of the moments", fontsize=9, color=palette.SOFT, labelpad=1)
    return figure


def _draw_heat(axis: Any, data: WordAttention) -> None:
    from matplotlib.patches import Rectangle

    words, M = data.weights.shape
    tall = np.maximum(data.weights.max(axis=1, keepdims=True), 1e-9)
    axis.imshow(data.weights / tall, aspect="auto", cmap="Blues", vmin=0, vmax=1, extent=(-0.5, M - 0.5, words, 0))
    axis.set_ylim(words, 0)
    for i, word in enumerate(data.words):
        bold = {"weight": "bold" if i >= data.first_answer else "normal", "fontsize": 9, "color": palette.INK}
        _beside(axis, i + 0.5, word, f"{data.weights[i].sum():.0%}", bold)
        box = Rectangle((data.peak(i) - 0.48, i + 0.06), 0.96, 0.88, fill=False, edgecolor=palette.WRONG, linewidth=1.6)
        axis.add_patch(box)
    _beside(axis, -0.35, "word", "on video", {"fontsize": 8.5, "color": palette.SOFT})
    axis.axhline(data.first_answer, color=palette.INK, linewidth=1.2)


def _beside(axis: Any, y: float, left: str, right: str, style: dict[str, Any]) -> None:
    """A text on each side of a row."""
    for x, text, gap, align in ((0, left, -5, "right"), (1, right, 5, "left")):
        axis.annotate(
            text, (x, y), xycoords=("axes fraction", "data"), xytext=(gap, 0), textcoords="offset points", ha=align,
            va="center", annotation_clip=False, **(style if x == 0 else {**style, "weight": "normal"}),
        )  # fmt: skip


def view(data: WordAttention, strip: str = "") -> play.View:
    """The same as a drawing that a slider changes. strip: the moments' frames (see `frames_below`)."""
    axis = tracks.row("seconds", "".join(f"<i>{s:.0f}</i>" for s in data.seconds), kind="frames")
    rows = [strip, axis]  # above the words, of which another answer has more
    for i, (word, weights) in enumerate(zip(data.words, data.weights, strict=True)):
        shares, peak = weights / max(float(weights.max()), 1e-9), data.peak(i)
        cells = "".join(
            f'<i class="{"peak" if k == peak else ""}" style="--share: {share:.2f}"></i>'
            for k, share in enumerate(shares)
        )
        more = ("answer " if i >= data.first_answer else "") + ("answer-first" if i == data.first_answer else "")
        rows.append(tracks.row(word, cells, f"{weights.sum():.0%} on video", kind="heat", more=more))
    numbers = [i for i, word in enumerate(data.words[: data.first_answer]) if word.isdecimal()]
    looks = [f'"{data.words[i]}" looks most at {data.seconds[data.peak(i)]:.1f} s' for i in numbers]
    if data.first_answer < len(data.words):
        looks.append(f"the answer's first word at {data.seconds[data.peak(data.first_answer)]:.1f} s")
    asked = " ".join(data.words[: data.first_answer]).replace(" ?", "?")
    said = f"Asked: {asked} It answers: {data.answer or 'nothing'}. " + (", ".join(looks) + "." if looks else "")
    return play.View(tracks.sheet(rows), said.strip(), attention_alt(data))


def frames_below(seconds: np.ndarray, clip: Clip) -> str:
    """A row of small frames, the nearest to each moment, as HTML."""
    import base64
    from io import BytesIO

    from PIL import Image

    images = []
    for second in seconds:
        frame = Image.fromarray(clip.frames[int(np.abs(clip.seconds - second).argmin())])
        frame.thumbnail((72, 72))
        frame.save(out := BytesIO(), "JPEG", quality=75)
        images.append(f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}">')
    return tracks.row("frames", "".join(images), kind="frames")


def widget(looks: Sequence[WordAttention], clip: Clip, first: int = 0, label: str = "question") -> None:
    """A slider over questions about one clip, and where the words of each look, in a notebook; where nothing runs, the
    picture of the first one shown.

    looks: what `attention_data` gives of several questions; first: the number (from 0) of the one to begin with;
    label: of the slider.
    """
    from IPython.core.pylabtools import print_figure

    strip = frames_below(looks[first].seconds, clip)
    controls = (play.Slider("number", label, 0, len(looks) - 1, first),)
    png = print_figure(draw_attention(looks[first], clip), dpi=110)
    play.show(
        "Attention over frames", controls, lambda number: view(looks[number], strip), png, attention_alt(looks[first])
    )
