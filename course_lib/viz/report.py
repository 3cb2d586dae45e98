"""A probe's report as a page (report.html, all in one file) and as a picture (report.png)."""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.temporal.verdict import FAILURES
from course_lib.viz.confusion import confusion_alt, confusion_data, draw_confusion
from course_lib.viz.page import page, picture
from course_lib.viz.timelines import alt_text, timelines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from course_lib.temporal.report import ProbeReport

LARGEST_CLIP = 2_000_000  # bytes of a video that is put into the page


def write_report(report: ProbeReport, folder: str | Path) -> tuple[Path, Path]:
    """Write report.html and report.png into `folder` (made if missing); gives their paths.

    The page needs nothing beside it: the picture, and the clip if it is an mp4 or webm file under 2 MB, are in it. What
    a model wrote is escaped.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    png = _picture(report)
    image, html = folder / "report.png", folder / "report.html"
    image.write_bytes(png)
    html.write_text(_page(report, png), encoding="utf-8")
    return html, image


def _picture(report: ProbeReport) -> bytes:
    figure = timelines(
        report.timeline, report.told, report.sampled, report.duration, report.clip,
        marks=[(c.seconds, c.rule, c.kind) for c in report.contradictions],
        title=f"{report.model} on {report.name}: {_headline(report)}",
    )  # fmt: skip
    return _png(figure)


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=140)
    return out.getvalue()


def _headline(report: ProbeReport) -> str:
    words = report.headline().rstrip(".")
    return words if report.matched is None else f"{words}; summary event F1 {report.matched.f1:.2f}"


def _page(report: ProbeReport, png: bytes) -> str:
    title = f"{report.model} on {report.name}"
    alt = alt_text(report.timeline, report.told)
    return page(
        title,
        [
            f"<h1>{escape(title)}</h1>",
            f'<p class="headline">{escape(report.headline())}</p>',
            _counts(report),
            picture(png, alt),
            f'<div class="told">{_video(report)}<div><h2>The summary</h2>'
            f"<blockquote>{escape(report.summary) or '<em>nothing</em>'}</blockquote></div></div>",
            _confusion(report),
            _probes(report) if report.timeline is not None else _contradictions(report),
            _about(report),
        ],
    )


def _confusion(report: ProbeReport) -> str:
    """With a timeline: which second is taken for which."""
    if report.timeline is None:
        return ""
    data = confusion_data(report)
    note = "Each answer is a point; the summary is one for each event in it, so there are more points than answers."
    return (
        f"<h2>Which time is taken for which</h2>{picture(_png(draw_confusion(data)), confusion_alt(data))}"
        f'<p class="soft">{note}</p>'
    )


def _counts(report: ProbeReport) -> str:
    items = "".join(
        f"<li><b>{n}</b> {escape(kind)} <span>{escape(FAILURES[kind])}</span></li>" for kind, n in report.counts.items()
    )
    return f'<ul class="counts">{items}</ul>' if items else ""


def _video(report: ProbeReport) -> str:
    path = Path(report.source)
    kind = {".mp4": "video/mp4", ".webm": "video/webm", ".m4v": "video/mp4"}.get(path.suffix.lower())
    if kind is None or not path.is_file() or path.stat().st_size > LARGEST_CLIP:
        return ""
    data = base64.b64encode(path.read_bytes()).decode()
    return (
        f'<figure class="clip"><video controls muted preload="metadata" aria-label="The clip {escape(report.name)}" '
        f'src="data:{kind};base64,{data}"></video><figcaption>{escape(report.name)}</figcaption></figure>'
    )


def _probes(report: ProbeReport) -> str:
    rows = []
    for p in report.probes:
        v = p.verdict
        mark = '<span class="ok">right</span>' if v.ok else f'<span class="bad">wrong: {escape(str(v.kind))}</span>'
        why = "" if v.ok else escape(v.why)
        answer = escape(p.answer) or "<em>nothing</em>"
        if p.question.kind == "summary":
            answer = "<em>the summary above</em>"
        rows.append(
            f'<tr class="{"" if v.ok else "wrong"}"><td>{mark}</td><td>{escape(p.question.kind)}</td>'
            f"<td>{escape(p.question.text)}</td><td>{answer}</td><td>{why}</td></tr>"
        )
    head = "<tr><th>verdict</th><th>asked</th><th>question</th><th>answer</th><th>why</th></tr>"
    return f'<h2>Every answer</h2><div class="wide probes stacked"><table>{head}{"".join(rows)}</table></div>'


def _contradictions(report: ProbeReport) -> str:
    if not report.contradictions:
        body = "<p>No two of its answers contradict each other. That does not make them true.</p>"
        return f"<h2>Contradictions</h2>{body}{_checks(report)}"
    rows = []
    for c in report.contradictions:
        asked = "".join(f"<dt>{escape(q)}</dt><dd>{escape(a) or '<em>nothing</em>'}</dd>" for q, a in c.asked)
        look = ", ".join(f"{s:g} s" for s in c.seconds)
        rows.append(
            f'<tr class="wrong"><td><span class="bad">{escape(c.kind)}</span></td><td>{escape(c.rule)}</td>'
            f"<td>{escape(c.why)}<dl>{asked}</dl></td><td>{look}{_frames(report, c.seconds)}</td></tr>"
        )
    head = "<tr><th>kind</th><th>rule</th><th>what cannot both be true</th><th>look at</th></tr>"
    table = f'<div class="wide stacked"><table>{head}{"".join(rows)}</table></div>'
    return f"<h2>Contradictions</h2>{table}{_checks(report)}"


def _checks(report: ProbeReport) -> str:
    made = ", ".join(f"{n} {rule}" for rule, n in report.checks.items())
    return f'<p class="soft">Checks made: {escape(made) or "none"}.</p>'


def _frames(report: ProbeReport, seconds: tuple[float, ...]) -> str:
    """The frames nearest to the seconds in question, small."""
    if report.clip is None:
        return ""
    import numpy as np
    from PIL import Image

    images = []
    for t in seconds[:3]:
        i = int(np.abs(report.clip.seconds - t).argmin())
        frame = Image.fromarray(report.clip.frames[i])
        frame.thumbnail((128, 128))
        out = io.BytesIO()
        frame.save(out, "JPEG", quality=80)
        data = base64.b64encode(out.getvalue()).decode()
        at = f"The frame at {report.clip.seconds[i]:.1f} s"
        images.append(f'<img class="small" alt="{at}" title="{at}" src="data:image/jpeg;base64,{data}">')
    return f'<div class="frames">{"".join(images)}</div>'


def _about(report: ProbeReport) -> str:
    tokens = "unknown" if report.tokens is None else f"{report.tokens}"
    facts = (
        ("model", report.model), ("clip", f"{report.name}, {report.duration:.1f} s"),
        ("frames looked at", str(len(report.sampled))), ("tokens of a prompt", tokens),
        ("mitigation", _mitigation(report)),
        ("seed of the questions", str(report.seed)), ("seconds for the answers", f"{report.took:g}"),
    )  # fmt: skip
    items = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts)
    judged = "Answers are judged by matching words against the timeline; no model judges another."
    return f'<h2>How</h2><dl class="facts">{items}</dl><p class="soft">{judged}</p>'


def _mitigation(report: ProbeReport) -> str:
    if report.mitigation is None:
        return "none"
    c = report.cost
    cost = "" if c is None else f": {c.calls} answers from {c.frames} frames and {c.tokens} tokens in {c.seconds:.1f} s"
    return f"{report.mitigation}{cost}"
