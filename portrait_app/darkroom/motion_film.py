"""Writes frames as an MP4 that every browser plays: H.264, yuv420p, the index first; a frame at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import av
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from portrait_app.pictures.pixels import Pixels

# 20 looks like the picture itself. One key frame is enough for seconds: each further one renews the grain of a whole
# picture at once, which is seen as a pulse. Threads are counted: as many as a machine has would make other bytes
# elsewhere. x264's macroblock tree reads memory that it never wrote, so with it the same frames made other bytes now
# and then (seen with MALLOC_PERTURB_); without it a film is 40% larger at the same crf.
_X264 = {"crf": "20", "preset": "veryfast", "profile": "high", "threads": "1", "mbtree": "0"}
# Frames, from the first or before the end, and how many more bits they get. A film is played round and round: its last
# frames have the grain that was carried along, the first one its own, and where they meet it would jump.
_FINER = ((0, 0, 3.0), (-40, -25, 1.5), (-24, -11, 2.0), (-10, -1, 3.0))
_BT709 = 1  # ITU-T H.273: what browsers take HD video for; said, or skin turns greenish


class Film:
    """A file that is open for frames; whole when the context ends without an error."""

    def __init__(self, path: Path, size: tuple[int, int], fps: Fraction, frames: int) -> None:
        self._container: Any = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})  # half typed
        zones = "/".join(f"{first % frames},{last % frames},b={bits}" for first, last, bits in _FINER)
        options = _X264 | {"x264-params": f"keyint=1000:zones={zones}"}
        stream = self._container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG
        self._stream = stream

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Write what the encoder still holds, and the index."""
        try:
            if kind is None:
                self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()

    def add(self, pixels: Pixels) -> None:
        """Add a frame, RGB uint8 of the film's size."""
        frame = VideoFrame.from_ndarray(pixels, format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
        self._container.mux(self._stream.encode(frame))
