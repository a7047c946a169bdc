"""MiniLM's weights, written as an ONNX graph with 8-bit products.

The graph is BERT's encoder (Devlin et al., 2019), six layers, then the mean over the
words: ids and mask, batch by places, to one row a text.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
OPSET, IR = 20, 10


def quantised(weights: bytes) -> bytes:
    """The graph of these weights (the text of model.safetensors), as ONNX."""
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        onnx.save(_Graph(load(weights)).model(), plain)
        quantize_dynamic(
            plain,
            small,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
            # A scale a column keeps a cosine of .99 with the full weights (.96
            # without); seven bits keep it on processors whose 8-bit sums overflow.
            per_channel=True,
            reduce_range=True,
        )
        return small.read_bytes()


class _Graph:
    """Nodes and constants as they gather; names follow the weights'."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, np.ndarray] = {
            "zero": np.array(0, np.int64),
            "first": np.array(1, np.int64),
            "places_axis": np.array([1], np.int64),
            "heads_axes": np.array([1, 2], np.int64),
            "last_axis": np.array([2], np.int64),
            "one": np.array(1, np.float32),
            "never": np.array(1e9, np.float32),
            "split": np.array([0, 0, HEADS, WIDTH // HEADS], np.int64),
            "join": np.array([0, 0, WIDTH], np.int64),
        }

    def model(self) -> onnx.ModelProto:
        self._node("Cast", ["mask"], "kept", to=TensorProto.FLOAT)
        self._node("Sub", ["kept", "one"], "padding")
        self._node("Mul", ["padding", "never"], "hidden")
        self._node("Unsqueeze", ["hidden", "heads_axes"], "unseen")
        states = self._embedded()
        for layer in range(LAYERS):
            states = self._layer(states, f"encoder.layer.{layer}.")
        self._node("Unsqueeze", ["kept", "last_axis"], "kept_wide")
        self._node("Mul", [states, "kept_wide"], "counted")
        self._node("ReduceSum", ["counted", "places_axis"], "sum", keepdims=0)
        self._node("ReduceSum", ["kept", "places_axis"], "count", keepdims=1)
        self._node("Div", ["sum", "count"], "mean")
        whole, batch = TensorProto.INT64, ["batch", "places"]
        graph = helper.make_graph(
            self._nodes,
            "MiniLM",
            [helper.make_tensor_value_info(n, whole, batch) for n in ("ids", "mask")],
            [helper.make_tensor_value_info("mean", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(a, name) for name, a in self._constants.items()],
        )
        opset = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opset, ir_version=IR)

    def _node(
        self,
        kind: str,
        inputs: list[str],
        output: str,
        **settings: Any,  # noqa: ANN401  an attribute may be any of ONNX's types
    ) -> str:
        made = helper.make_node(kind, inputs, [output], **settings)
        self._nodes.append(made)
        return output

    def _constant(self, name: str, array: np.ndarray) -> str:
        self._constants[name] = np.ascontiguousarray(array)
        return name

    def _embedded(self) -> str:
        weight = self._weights
        key = "embeddings."
        words = self._constant("words", weight[f"{key}word_embeddings.weight"])
        # Every text is a single one: its type's row is the same at every place.
        places = weight[f"{key}position_embeddings.weight"]
        places = places + weight[f"{key}token_type_embeddings.weight"][0]
        self._node("Gather", [words, "ids"], "word_rows")
        self._node("Shape", ["ids"], "shape")
        self._node("Gather", ["shape", "first"], "length")
        self._node("Range", ["zero", "length", "first"], "numbers")
        self._node("Gather", [self._constant("places", places), "numbers"], "at")
        self._node("Add", ["word_rows", "at"], "embedded")
        return self._normed("embedded", f"{key}LayerNorm")

    def _layer(self, states: str, key: str) -> str:
        own = f"{key}attention.self."
        scale = (WIDTH // HEADS) ** -0.5
        query = self._heads(self._linear(states, f"{own}query", scale), [0, 2, 1, 3])
        keys = self._heads(self._linear(states, f"{own}key"), [0, 2, 3, 1])
        values = self._heads(self._linear(states, f"{own}value"), [0, 2, 1, 3])
        self._node("MatMul", [query, keys], f"{key}likeness")
        self._node("Add", [f"{key}likeness", "unseen"], f"{key}masked")
        self._node("Softmax", [f"{key}masked"], f"{key}attention", axis=-1)
        self._node("MatMul", [f"{key}attention", values], f"{key}context")
        self._node("Transpose", [f"{key}context"], f"{key}turned", perm=[0, 2, 1, 3])
        self._node("Reshape", [f"{key}turned", "join"], f"{key}joined")
        seen = self._linear(f"{key}joined", f"{key}attention.output.dense")
        self._node("Add", [seen, states], f"{key}attended")
        middle = self._normed(f"{key}attended", f"{key}attention.output.LayerNorm")
        wide = self._linear(middle, f"{key}intermediate.dense")
        self._node("Gelu", [wide], f"{key}gelu")
        narrow = self._linear(f"{key}gelu", f"{key}output.dense")
        self._node("Add", [narrow, middle], f"{key}added")
        return self._normed(f"{key}added", f"{key}output.LayerNorm")

    def _linear(self, states: str, key: str, scale: float = 1.0) -> str:
        by = np.float32(scale)
        weight = self._constant(f"{key}.w", self._weights[f"{key}.weight"].T * by)
        bias = self._constant(f"{key}.b", self._weights[f"{key}.bias"] * by)
        self._node("MatMul", [states, weight], f"{key}.product")
        return self._node("Add", [f"{key}.product", bias], f"{key}.out")

    def _heads(self, states: str, order: list[int]) -> str:
        self._node("Reshape", [states, "split"], f"{states}.split")
        return self._node(
            "Transpose", [f"{states}.split"], f"{states}.heads", perm=order
        )

    def _normed(self, states: str, key: str) -> str:
        weight = self._constant(f"{key}.w", self._weights[f"{key}.weight"])
        bias = self._constant(f"{key}.b", self._weights[f"{key}.bias"])
        return self._node(
            "LayerNormalization",
            [states, weight, bias],
            f"{key}.out",
            axis=-1,
            epsilon=EPSILON,
        )
