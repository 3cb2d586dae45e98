"""When a video begins and ends: read from its packets, because headers are missing, wrong or of the audio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.errors import VideoError
from course_lib.video.source import MAX_PIXELS, SCALE_DOWN

if TYPE_CHECKING:
    from av.packet import Packet

    from course_lib.video.source import Source

AGAIN = "Record, copy or export it again."
REORDER = 64  # no codec shows a frame more than 16 packets late; the rest is room for two fields and hidden frames


@dataclass(frozen=True)
class Span:
    """First shown tick, the tick where the last frame ends, and a note where the header promised more."""

    start: int
    end: int
    note: str = ""


def tick_of(packet: Packet, clock: str) -> int | None:
    return packet.dts if clock == "dts" else packet.pts


def find_span(source: Source) -> Span:
    """Read the beginning and the end of the packets, without decoding. Raises VideoError where there are none."""
    if source.clock == "count":
        count = sum(1 for _ in source.packets())
        if not count:
            raise VideoError(f"{source.name} holds no frame.", AGAIN)
        return Span(0, count * source.frame_ticks)
    start = _first(source)
    declared = _declared_end(source, start)
    end = _last(source, start, declared)
    note = ""
    if declared is not None:
        have, promised = float((end - start) * source.time_base), float((declared - start) * source.time_base)
        if have < promised - max(0.5, 0.02 * promised):
            note = f"truncated: {have:.1f} of {promised:.1f} s can be decoded"
    return Span(start, end, note)


def _first(source: Source) -> int:
    """The tick of the first frame that can be shown: at or after the first keyframe, not cut away by an edit list."""
    key: int | None = None
    first: int | None = None
    waited = 0
    empty = True
    for packet in source.packets():
        empty = False
        if packet.has_sidedata("encryption_info"):
            raise VideoError(f"{source.name} is encrypted.", "Decrypt it with its key first; this library holds none.")
        tick = tick_of(packet, source.clock)
        if tick is None:
            continue
        if key is None and packet.is_keyframe:
            key = tick
        if key is not None and not packet.is_discard and tick >= key:
            first = tick if first is None else min(first, tick)
        if first is not None:
            waited += 1
            if waited > REORDER or (packet.dts is not None and packet.dts >= first):
                break
    if first is None:
        raise nothing_decodes(source) if not empty else VideoError(f"{source.name} holds no frame.", AGAIN)
    return first


def nothing_decodes(source: Source) -> VideoError:
    context = source.stream.codec_context
    what = f"{source.name}: no frame of its {context.name} video can be decoded"
    if not context.width:  # libavcodec forgets a size above the limit
        what += f"; it is damaged, or over the limit of {MAX_PIXELS} pixels a frame"
        return VideoError(f"{what}.", f"Copy it again, or scale it down: {SCALE_DOWN}")
    return VideoError(f"{what}.", "Copy or download it again, or convert it to H.264 in MP4.")


def _declared_end(source: Source, start: int) -> int | None:
    """Where the header says that this stream ends; None where it says nothing of this stream alone."""
    stream, container = source.stream, source.container
    if container.format.name == "avi" and (promised := _avi_seconds(source.address)):
        return start + round(promised / source.time_base)
    if stream.duration:
        return (stream.start_time or 0) + stream.duration
    text = stream.metadata.get("DURATION", "")
    try:
        h, m, s = (float(part) for part in text.split(":"))
        return round((h * 3600 + m * 60 + s) / source.time_base)
    except ValueError:
        pass
    if container.duration and len(container.streams) == 1:
        return start + round(container.duration / 1_000_000 / source.time_base)
    return None


def _avi_seconds(address: str) -> float:
    """Microseconds a frame times frames, from the main header (libavformat scales its count to what is left)."""
    if not address.startswith("file:"):
        return 0.0
    with open(address.removeprefix("file:"), "rb") as file:
        head = file.read(52)
    if head[:4] != b"RIFF" or head[24:28] != b"avih":
        return 0.0
    return int.from_bytes(head[32:36], "little") * int.from_bytes(head[48:52], "little") / 1e6


def _last(source: Source, start: int, declared: int | None) -> int:
    """Where the last frame ends. Looks at the tail first, further back until it meets a packet."""
    hint = declared
    if hint is None and source.container.duration:
        hint = start + round(source.container.duration / 1_000_000 / source.time_base)
    back = round(1 / source.time_base)
    while hint is not None and hint - back > start and source.seek(hint - back, any_frame=True):
        end = _end_of(source)
        if end is not None:
            return end
        back *= 4
    source.rewind()
    end = _end_of(source)
    return end if end is not None else start + source.frame_ticks


def _end_of(source: Source) -> int | None:
    """The end of the last frame from here to the end of the file."""
    last: int | None = None
    duration = 0
    for packet in source.packets():
        tick = tick_of(packet, source.clock)
        if tick is None or packet.is_corrupt or packet.is_discard:
            continue
        if last is None or tick > last:
            last, duration = tick, packet.duration or 0
    return None if last is None else last + (duration or source.frame_ticks)
