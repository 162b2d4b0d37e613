"""Writes the network as an ONNX graph of ONNX Runtime's fused operators, weights in eight bits.

By hand rather than through an exporter: the fused operators are what makes it fast, and one page of graph is easier to
keep right than a pattern matcher. `export.py` compares its answers with the trained network's.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

State = dict[str, np.ndarray]
_MS = "com.microsoft"


class GraphWriter:
    def __init__(self, state: State, heads: int, layers: int, epsilon: float) -> None:
        self.state, self.heads, self.layers, self.epsilon = state, heads, layers, epsilon
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def write(self, path: Path) -> None:
        hidden = self._embeddings()
        for number in range(self.layers):
            hidden = self._layer(f"encoder.encoder.layer.{number}.", hidden)
        self._answers(hidden)
        ids = [helper.make_tensor_value_info(n, TensorProto.INT64, ["n", "t"]) for n in ("input_ids", "attention_mask")]
        width = self.state["meaning.weight"].shape[0]
        answers = [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3]),
            helper.make_tensor_value_info("offensive", TensorProto.FLOAT, ["n", 1]),
            helper.make_tensor_value_info("meaning", TensorProto.FLOAT, ["n", width]),
        ]
        graph = helper.make_graph(self.nodes, "earshot", ids, answers, self.weights)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_MS, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="earshot")
        onnx.save(model, str(path))

    def _embeddings(self) -> str:
        where = "encoder.embeddings."
        rows, scales = _by_row(self.state[where + "word_embeddings.weight"])
        picked = self._op("Gather", [self._weight("words", rows), "input_ids"])
        scale = self._op("Gather", [self._weight("word_scales", scales[:, None]), "input_ids"])
        words = self._op("Mul", [self._op("Cast", [picked], to=TensorProto.FLOAT), scale])
        places = (
            self.state[where + "position_embeddings.weight"] + self.state[where + "token_type_embeddings.weight"][0]
        )
        shape = self._op("Shape", ["input_ids"], start=1, end=2)
        zero = self._weight("zero", one_number(0))
        table = self._weight("places", places.astype(np.float32))
        positions = self._op("Slice", [table, zero, shape, zero])
        summed = self._op("Add", [words, self._op("Unsqueeze", [positions, zero])])
        self._op("Cast", ["attention_mask"], "key_mask", to=TensorProto.INT32)
        self._op(
            "Unsqueeze",
            [self._op("Cast", ["attention_mask"], to=TensorProto.FLOAT), self._weight("two", one_number(2))],
            "weights",
        )
        gamma, beta = self._norm(where + "LayerNorm.")
        return self._op("LayerNormalization", [summed, gamma, beta], epsilon=self.epsilon, axis=-1)

    def _layer(self, where: str, hidden: str) -> str:
        query, key, value = (
            self._linear(f"{where}attention.self.{part}.", hidden) for part in ("query", "key", "value")
        )
        seen = self._op("MultiHeadAttention", [query, key, value, "", "key_mask"], domain=_MS, num_heads=self.heads)
        out = self._linear(where + "attention.output.dense.", seen)
        hidden = self._add_and_norm(out, hidden, where + "attention.output.LayerNorm.")
        inner = self._op("Gelu", [self._linear(where + "intermediate.dense.", hidden)], domain=_MS)
        return self._add_and_norm(self._linear(where + "output.dense.", inner), hidden, where + "output.LayerNorm.")

    def _answers(self, hidden: str) -> None:
        axis = self._weight("axis", one_number(1))
        total = self._op("ReduceSum", [self._op("Mul", [hidden, "weights"]), axis], keepdims=0)
        pooled = self._op("Div", [total, self._op("ReduceSum", ["weights", axis], keepdims=0)], "pooled")
        for name, output in (("sentiment", "logits"), ("offensive", "offensive")):
            weight, bias = (
                self._weight(name + ".w", self.state[name + ".weight"]),
                self._weight(name + ".b", self.state[name + ".bias"]),
            )
            self._op("Gemm", [pooled, weight, bias], output, transB=1)
        meant = self._op("Gemm", [pooled, self._weight("meaning.w", self.state["meaning.weight"])], transB=1)
        self._op("LpNormalization", [meant], "meaning", axis=1, p=2)

    def _linear(self, where: str, source: str) -> str:
        """Activations are quantised on the fly, weights once, one scale a column."""
        values, scales = _by_row(self.state[where + "weight"])
        weight = self._weight(where + "w", np.ascontiguousarray(values.T))
        scale = self._weight(where + "s", scales)
        zero = self._weight(where + "z", np.zeros(len(scales), np.int8))
        bias = self._weight(where + "b", self.state[where + "bias"])
        return self._op("DynamicQuantizeMatMul", [source, weight, scale, zero, bias], domain=_MS)

    def _add_and_norm(self, new: str, old: str, where: str) -> str:
        # Two plain operators: ONNX Runtime's SkipLayerNormalization is ten times slower than its LayerNormalization.
        summed = self._op("Add", [new, old])
        return self._op("LayerNormalization", [summed, *self._norm(where)], epsilon=self.epsilon, axis=-1)

    def _norm(self, where: str) -> tuple[str, str]:
        return self._weight(where + "g", self.state[where + "weight"]), self._weight(
            where + "b", self.state[where + "bias"]
        )

    def _weight(self, name: str, value: np.ndarray) -> str:
        if all(known.name != name for known in self.weights):
            self.weights.append(numpy_helper.from_array(value, name))
        return name

    def _op(self, kind: str, inputs: list[str], output: str = "", domain: str = "", **options: object) -> str:
        output = output or f"v{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(kind, inputs, [output], name=f"n{len(self.nodes)}", domain=domain, **options)
        )
        return output


def one_number(axis: int) -> np.ndarray:
    return np.array([axis], np.int64)


def _by_row(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric int8 with one scale a row."""
    scales = np.maximum(np.abs(values).max(axis=1), 1e-8) / 127
    return np.rint(values / scales[:, None]).astype(np.int8), scales.astype(np.float32)
