"""One neural network, read from checked bytes and run by OpenCV."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from portrait_app.faces import weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


class Network:
    """A network that may be called from any thread: calls take turns, since cv2.dnn keeps its buffers between them."""

    def __init__(self, folder: Path, file: weights.ModelFile, outputs: Sequence[str] = ()) -> None:
        """Read the network.

        Args: folder: where the model files are. outputs: layers to return, when it is not the last one alone.
        Raises: weights.MissingModelFiles.
        """
        path = str(weights.intact(folder, file))
        # Neither of OpenCV 5's engines runs all: the new one loses outputs of MediaPipe's files, the classic one gets
        # the identity network's sums wrong. Only a path can choose: for a buffer the argument is ignored.
        if path.endswith(".onnx"):
            self._net: Any = cv2.dnn.readNetFromONNX(path, engine=cv2.dnn.ENGINE_NEW)
        else:
            self._net = cv2.dnn.readNetFromTFLite(path, engine=cv2.dnn.ENGINE_CLASSIC)
        self._outputs = list(outputs) or list(self._net.getUnconnectedOutLayersNames())
        self._turn = threading.Lock()

    def __call__(self, pictures: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Run on `pictures`, (n, height, width, 3) or one of them without the n; return a copy of each output."""
        batch = pictures if pictures.ndim == 4 else pictures[None]  # noqa: PLR2004 - n, height, width, channels
        with self._turn:
            self._net.setInput(np.ascontiguousarray(batch.transpose(0, 3, 1, 2)))
            return [output.copy() for output in self._net.forward(self._outputs)]
