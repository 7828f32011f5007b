"""Why a file is refused as a picture, in words that may be shown."""

from __future__ import annotations


class PictureError(Exception):
    """A file can't be used as a picture. The message is one plain sentence."""


class NotAPicture(PictureError):
    """The content is of no kind we take, whatever the file is called."""

    def __init__(self) -> None:
        super().__init__("This isn't a JPEG, PNG, WebP, AVIF or HEIC picture.")


class TooManyPixels(PictureError):
    """The picture says it is larger than we open: `max_pixels` is the most."""

    def __init__(self, max_pixels: int) -> None:
        self.max_pixels = max_pixels
        most = max_pixels // 1_000_000
        super().__init__(f"This picture has more than {most} megapixels. Please add a smaller copy of it.")


class BrokenPicture(PictureError):
    """It starts as a picture, but can't be read to its end."""

    def __init__(self) -> None:
        super().__init__("This picture is damaged or incomplete.")
