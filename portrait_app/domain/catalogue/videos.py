"""The models that set a portrait in motion. No room offers them yet."""

from __future__ import annotations

from portrait_app.domain.catalogue.entries import Mark, Number, Video, VideoSize
from portrait_app.domain.catalogue.trainers import BUILT_IN

VIDEOS = {
    video.key: video
    for video in (
        Video(
            key=BUILT_IN,
            title="Gentle motion",
            model="darkroom/portrait-motion",
            source="our own engine",
            frame_input="image",
            length_input="duration",
            lengths={4: 4, 5: 5, 6: 6},
            size_input=None,
            sizes={"720p": VideoSize("720p", 0)},
            fixed_input={"motion": "turn"},
            typical_s=6,
        ),
        Video(
            key="wan-fast",
            title="Wan 2.2 fast",
            model="wan-video/wan-2.2-i2v-fast",
            source="https://replicate.com/wan-video/wan-2.2-i2v-fast/api/schema; prices as public code gives them",
            frame_input="image",
            length_input="num_frames",
            lengths={5: 81},
            size_input="resolution",
            sizes={"480p": VideoSize("480p", 0.01), "720p": VideoSize("720p", 0.022)},
            fixed_input={"frames_per_second": 16},
            numbers={"num_frames": Number(81, 121, 81), "frames_per_second": Number(5, 30, 16)},
            typical_s=40,
        ),
        Video(
            key="kling",
            title="Kling 2.1",
            model="kwaivgi/kling-v2.1",
            source="https://replicate.com/kwaivgi/kling-v2.1/api/schema; prices as public code gives them",
            frame_input="start_image",
            length_input="duration",
            lengths={5: 5, 10: 10},
            size_input="mode",
            sizes={"720p": VideoSize("standard", 0.05), "1080p": VideoSize("pro", 0.09)},
            seed_input=None,
            mark=Mark.FILE,
            numbers={"duration": Number(5, 10, 5)},
            typical_s=150,
        ),
        Video(
            key="seedance-lite",
            title="Seedance 1 lite",
            model="bytedance/seedance-1-lite",
            source="https://replicate.com/bytedance/seedance-1-lite/api/schema; prices as public code gives them",
            frame_input="image",
            length_input="duration",
            lengths={5: 5, 10: 10},
            size_input="resolution",
            sizes={
                "480p": VideoSize("480p", 0.018),
                "720p": VideoSize("720p", 0.036),
                "1080p": VideoSize("1080p", 0.072),
            },
            fixed_input={"fps": 24},
            numbers={"duration": Number(2, 12, 5)},
            typical_s=45,
        ),
    )
}
