"""Writes dlib's face-recognition ResNet as an ONNX file, from the weights that face-api.js publishes for the browser.

Architecture and normalisation: dlib `dnn_face_recognition_ex.cpp` (ResNet with 29 convolutions), as face-api.js
`src/faceRecognitionNet` runs it. The weights stay the 8-bit numbers they are published as, so the file is 6.6 MB.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHIP_EDGE_PX = 150
MEAN_RGB = (122.782, 117.001, 104.298)
WIDTHS = {32: 3, 64: 3, 128: 2, 256: 2}  # channels: plain residual blocks after the one that narrows the picture


def build(manifest: bytes, weights: bytes) -> bytes:
    """Build the network; the same input gives the same bytes.

    Args: manifest: the JSON that names each tensor, its shape and its quantisation. weights: the tensors, end to end.
    Returns: an ONNX file: `input` (n, 3, 150, 150), RGB 0..255, to `embedding` (n, 128).
    """
    graph = _Graph(_read_tensors(manifest, weights))
    flow = graph.add("Sub", "input", graph.constant("mean", np.array(MEAN_RGB, np.float32).reshape(1, 3, 1, 1)))
    flow = graph.add("Mul", flow, graph.constant("scale", np.array([1 / 255], np.float32)))
    flow = graph.convolve(flow, "conv32_down", stride=2, is_padded=False)
    flow = graph.add("MaxPool", flow, kernel_shape=[3, 3], strides=[2, 2])
    edge = ((CHIP_EDGE_PX - 7) // 2 + 1 - 3) // 2 + 1
    before = 32
    for channels, blocks in WIDTHS.items():
        if channels != before:
            flow, edge = _narrow(graph, flow, f"conv{channels}_down", channels - before, edge)
        for number in range(1, blocks + 1):
            flow = _residual(graph, flow, f"conv{channels}_{number}")
        before = channels
    flow, edge = _narrow(graph, flow, "conv256_down_out", 0, edge)
    flow = graph.add("Flatten", graph.add("GlobalAveragePool", flow))
    graph.add("MatMul", flow, graph.constant("fc", graph.tensors["fc"].values()), output="embedding")
    return graph.to_bytes()


@dataclass(frozen=True)
class _Tensor:
    """A published tensor: value = numbers * scale + least."""

    numbers: NDArray[Any]
    scale: float
    least: float

    def values(self) -> NDArray[np.float32]:
        return (self.numbers.astype(np.float32) * self.scale + self.least).astype(np.float32)


class _Graph:
    """An ONNX graph while it is written, and the published tensors it takes its constants from."""

    def __init__(self, tensors: dict[str, _Tensor]) -> None:
        self.tensors = tensors
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def convolve(self, flow: str, name: str, *, stride: int = 1, is_padded: bool = True, has_relu: bool = True) -> str:
        """Convolve, scale and shift: the trained scale is folded into the filters, which stay 8-bit in the file."""
        filters = self.tensors[f"{name}/conv/filters"]  # (height, width, in, out)
        scale = self.tensors[f"{name}/scale/weights"].values()
        bias = self.tensors[f"{name}/conv/bias"].values() * scale + self.tensors[f"{name}/scale/biases"].values()
        edge = filters.numbers.shape[0]
        kernel = self.add(
            "Cast", self.constant(f"{name}/q", filters.numbers.transpose(3, 2, 0, 1)), to=TensorProto.FLOAT
        )
        for operator, by in (("Mul", scale * filters.scale), ("Add", scale * filters.least)):
            factor = self.constant(f"{name}/{operator}", by.astype(np.float32).reshape(-1, 1, 1, 1))
            kernel = self.add(operator, kernel, factor)
        padding = [edge // 2 if is_padded else 0] * 4
        flow = self.add(
            "Conv", flow, kernel, self.constant(f"{name}/b", bias.astype(np.float32)),
            kernel_shape=[edge, edge], strides=[stride, stride], pads=padding,
        )  # fmt: skip
        return self.add("Relu", flow) if has_relu else flow

    def pad(self, flow: str, name: str, *, channels: int = 0, edge: int = 0) -> str:
        ends = np.array([0, 0, 0, 0, 0, channels, edge, edge], np.int64)
        return self.add("Pad", flow, self.constant(name, ends)) if ends.any() else flow

    def to_bytes(self) -> bytes:
        chips = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, CHIP_EDGE_PX, CHIP_EDGE_PX])
        embeddings = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", 128])
        graph = helper.make_graph(self._nodes, "face_identity", [chips], [embeddings], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)  # pyright: ignore[reportUnknownMemberType]  # onnx leaves a path untyped
        return model.SerializeToString(deterministic=True)


def _read_tensors(manifest: bytes, weights: bytes) -> dict[str, _Tensor]:
    tensors: dict[str, _Tensor] = {}
    offset = 0
    entries: list[dict[str, Any]] = json.loads(manifest)[0]["weights"]
    for entry in entries:
        quantised = entry.get("quantization")
        kind = np.dtype(np.uint8 if quantised else np.float32)
        count = math.prod(entry["shape"])
        numbers = np.frombuffer(weights, kind, count, offset).reshape(entry["shape"])
        offset += count * kind.itemsize
        scale, least = (quantised["scale"], quantised["min"]) if quantised else (1.0, 0.0)
        tensors[entry["name"]] = _Tensor(numbers, scale, least)
    if offset != len(weights):
        raise ValueError(f"the manifest describes {offset} bytes of {len(weights)}")
    return tensors


def _residual(graph: _Graph, flow: str, name: str) -> str:
    inner = graph.convolve(flow, f"{name}/conv1")
    inner = graph.convolve(inner, f"{name}/conv2", has_relu=False)
    return graph.add("Relu", graph.add("Add", inner, flow))


def _narrow(graph: _Graph, flow: str, name: str, added_channels: int, edge: int) -> tuple[str, int]:
    """Halve the picture; dlib pads whichever branch comes out smaller with zeros."""
    inner = graph.convolve(flow, f"{name}/conv1", stride=2, is_padded=False)
    inner = graph.convolve(inner, f"{name}/conv2", has_relu=False)
    pooled = graph.add("AveragePool", flow, kernel_shape=[2, 2], strides=[2, 2])
    inner = graph.pad(inner, f"{name}/pad_edge", edge=edge // 2 - ((edge - 3) // 2 + 1))
    pooled = graph.pad(pooled, f"{name}/pad_channels", channels=added_channels)
    return graph.add("Relu", graph.add("Add", pooled, inner)), edge // 2
