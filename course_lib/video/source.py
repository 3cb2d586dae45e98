"""Open a file as a video, or say why it is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import VideoError

if TYPE_CHECKING:
    from av.packet import Packet

MAX_PIXELS = 8192 * 8192  # 8K video has half of it; one 16384 x 16384 frame takes 0.4 to 1 GB to decode
SCALE_DOWN = "ffmpeg -i IN -vf scale=1920:-2 OUT.mp4"
NETWORK_SECONDS = 10
# libavformat takes any text for terminal art and draws it; these "videos" are never what was meant.
TEXT_AS_VIDEO = {"tty", "bin", "xbin", "adf", "idf"}
# GIF and APNG draw on the frames before; after a seek, an MPEG program stream gives frames the times of others.
UNSEEKABLE = {"gif", "apng", "mpeg"}
# The native VP8 and VP9 decoders drop the second (alpha) stream of a WebM; these read it.
ALPHA_DECODER = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


class Source:
    """An open video file: its container, its video stream and a decoder, at some position.

    Use as a context manager. Times inside are ticks of `time_base`, as the container has them.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = os.fspath(path)
        self.address = _address(self.name)
        self.broken = 0  # packets that the decoder turned away
        self.delay: int | None = None  # of frames behind packets, in ticks, where dts is the clock
        self._open()

    def _open(self) -> None:
        self.container = _container(self.name, self.address)
        try:
            self.stream = _video_stream(self.name, self.container)
            self.decoder = _decoder(self.name, self.stream, self.address)
        except BaseException:
            self.container.close()
            raise
        self.time_base: Fraction = self.stream.time_base or Fraction(1, 1000)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    @property
    def rate(self) -> Fraction | None:
        """Frames a second as far as the header knows; only for files without any timestamps, and for probe."""
        return self.stream.average_rate or self.stream.guessed_rate or None

    @property
    def frame_ticks(self) -> int:
        """How long one frame is shown when nothing in the file says so."""
        return max(1, round(1 / (self.rate or 25) / self.time_base))

    def rewind(self) -> None:
        """Back to the first packet. Opening again is the one way that every container understands."""
        self.container.close()
        self._open()

    def seek(self, tick: int, any_frame: bool = False) -> bool:
        """Go to the keyframe at or before `tick` as the container sees it; False where it cannot."""
        import av

        if self.container.format.name in UNSEEKABLE or self.clock == "count":
            return False
        try:
            self.container.seek(tick, stream=self.stream, backward=True, any_frame=any_frame)
        except (av.FFmpegError, OSError):
            return False
        self.decoder.flush_buffers()
        return True

    def packets(self) -> Iterator[Packet]:
        """The video packets from here on, without the empty ones; a damaged end is the end."""
        import av

        try:
            for packet in self.container.demux(self.stream):
                if packet.size:
                    yield packet
        except (av.FFmpegError, OSError):
            return

    @property
    def clock(self) -> str:
        """Which timestamps are true: "pts"; "dts" (AVI stores the order of decoding only); "count" (none at all)."""
        if self.container.format.name == "avi" and self.stream.codec_context.has_b_frames:
            return "dts"
        return "count" if self.stream.start_time is None else "pts"


def _address(name: str) -> str:
    """The path or URL in the form that libavformat opens as just that; turns away what cannot hold a video."""
    scheme = name.split("://", 1)[0].lower() if "://" in name else ""
    if scheme in ("http", "https"):
        return name
    if scheme and scheme != "file":
        raise VideoError(f"{name} is a {scheme} address.", "Give a path to a file, or an http(s) address.")
    path = Path(name.removeprefix("file://") if scheme else name)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise VideoError(f"{name} does not exist.", "Check the path.") from None
    except (OSError, ValueError) as problem:
        raise VideoError(f"{name!r} cannot be opened ({problem}).", "Check the path and your rights to it.") from None
    if stat.S_ISDIR(mode):
        raise VideoError(f"{name} is a directory.", "Give one video file inside it.")
    if not stat.S_ISREG(mode):
        raise VideoError(f"{name} is a pipe or a device, not a file.", "Save the video to a file first.")
    if not path.stat().st_size:
        raise VideoError(f"{name} is empty (0 bytes).", "Copy or download it again.")
    if not os.access(path, os.R_OK):
        raise VideoError(f"{name} cannot be read by you.", "Change its rights, or copy it.")
    return f"file:{path}"  # with the prefix, a colon in the path is no protocol


def _container(name: str, address: str) -> Any:
    import av

    local = address.startswith("file:")
    options = {
        "max_pixels": str(MAX_PIXELS),
        # A playlist on disk must not make this machine call others.
        "protocol_whitelist": "file,crypto,data" if local else "http,https,tcp,tls,crypto,data",
    }
    try:
        return av.open(address, options=options, timeout=None if local else NETWORK_SECONDS, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as problem:
        if not local:
            raise VideoError(
                f"{name} cannot be reached ({_reason(problem)}).",
                "Check the network and the address, or download the video and give its path.",
            ) from problem
        if isinstance(problem, EOFError):
            raise VideoError(f"{name} holds no frame: it ends within its header.", "Copy or record it again.") from None
        with open(address.removeprefix("file:"), "rb") as file:
            head = file.read(64)
        if head[4:8] in (b"ftyp", b"mdat", b"moov", b"wide", b"free", b"skip"):
            raise VideoError(
                f"{name} is an MP4 without a readable index (moov), so it was cut off or its recording not closed.",
                "Copy it again, or repair it with a tool such as untrunc.",
            ) from problem
        raise VideoError(
            f"{name} is not a video, or it is damaged ({_reason(problem)}).", "Give a file that ffprobe can read."
        ) from problem


def _reason(problem: BaseException) -> str:
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__


def _video_stream(name: str, container: Any) -> Any:
    from av.stream import Disposition

    pictures = Disposition.attached_pic | Disposition.timed_thumbnails  # cover art is no video
    if container.format.name not in TEXT_AS_VIDEO:
        streams = [s for s in container.streams.video if not s.disposition & pictures]
        if streams:
            best = container.streams.best("video")
            return best if best in streams else streams[0]
    kinds = ["cover picture" if s.type == "video" else f"{s.type} stream" for s in container.streams]
    kinds = ["text stream"] if container.format.name in TEXT_AS_VIDEO else sorted(kinds)
    found = ", ".join(f"{kinds.count(k)} {k}{'s' * (kinds.count(k) > 1)}" for k in dict.fromkeys(kinds))
    raise VideoError(
        f"{name} has no video stream ({found or 'no stream at all'} found).",
        "Give a file that ffprobe lists a video stream for.",
    )


def _decoder(name: str, stream: Any, address: str) -> Any:
    import av

    context = stream.codec_context
    if context is None:
        raise VideoError(
            f"{name} is coded in a way that PyAV has no decoder for, or its index is cut off.",
            "Convert it to H.264 in MP4; if that fails too, copy it again.",
        )
    width, height = _gif_canvas(address) if context.name == "gif" else (context.width, context.height)
    if width * height > MAX_PIXELS:
        raise VideoError(
            f"{name} is {width} x {height} pixels, over the limit of {MAX_PIXELS} pixels a frame.",
            f"Scale it down first: {SCALE_DOWN}",
        )
    if stream.metadata.get("alpha_mode") == "1" and context.name in ALPHA_DECODER:
        context = av.CodecContext.create(ALPHA_DECODER[context.name], "r")
    context.options = {"max_pixels": str(MAX_PIXELS)}
    context.thread_type = "AUTO"
    context.thread_count = min(8, os.cpu_count() or 1)  # each thread holds a frame more, and all must be drained
    return context


def _gif_canvas(address: str) -> tuple[int, int]:
    """The canvas of a GIF; libavcodec learns it by drawing the first frame, and gives up on one above the limit."""
    if not address.startswith("file:"):
        return 0, 0
    with open(address.removeprefix("file:"), "rb") as file:
        head = file.read(10)
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
