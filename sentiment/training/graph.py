"""Writes a network as an ONNX graph of ONNX Runtime's fused operators: layers in eight bits, word embeddings in four.

By hand rather than through an exporter: the fused operators are what makes it fast, and one page of graph is easier to
keep right than a pattern matcher. `export.py` compares its answers with the trained network's.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from sentiment.training.base import WordBlocks
from sentiment.training.network import middle_of
from sentiment.training.smoothing import Divisors

State = dict[str, np.ndarray]
HEADS, EPSILON = 12, 1e-12
_MS = "com.microsoft"


class GraphWriter:
    """`state` has the names of `network.Network`. Answers whose weights it lacks are left out; without any, the graph
    gives the mean-pooled vector of length one, which is what the pretrained encoder was made for.

    `divisors` even out what each matrix multiplication reads (see smoothing.py); none means as it is.
    """

    def __init__(self, state: State, words: WordBlocks, layers: int, divisors: Divisors | None = None) -> None:
        self.state, self.words, self.layers = state, words, layers
        self.divisors = divisors or {}
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}
        self.answers: list[onnx.ValueInfoProto] = []

    def write(self, path: Path) -> None:
        hidden = self._embeddings()
        middle = hidden
        for number in range(self.layers):
            hidden = self._layer(f"encoder.encoder.layer.{number}.", hidden)
            if number + 1 == middle_of(self.layers):
                middle = hidden
        self._answers(hidden, middle)
        ids = [helper.make_tensor_value_info(n, TensorProto.INT64, ["n", "t"]) for n in ("input_ids", "attention_mask")]
        graph = helper.make_graph(self.nodes, "earshot", ids, self.answers, list(self.weights.values()))
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_MS, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="earshot")
        onnx.save(model, str(path))

    def _embeddings(self) -> str:
        where = "encoder.embeddings."
        # Two weights a byte, the first one low; eight is the zero that the operator takes for granted.
        packed = self.words.nibbles[:, 0::2] | (self.words.nibbles[:, 1::2] << 4)
        table, scales = self._weight("words", packed), self._weight("word_scales", self.words.scales)
        picked = self._op(
            "GatherBlockQuantized", [table, "input_ids", scales],
            domain=_MS, bits=4, block_size=32, gather_axis=0, quantize_axis=1,
        )  # fmt: skip
        words = self._op("Cast", [picked], to=TensorProto.FLOAT)
        places = (
            self.state[where + "position_embeddings.weight"] + self.state[where + "token_type_embeddings.weight"][0]
        )
        shape = self._op("Shape", ["input_ids"], start=1, end=2)
        zero = self._weight("zero", _one_number(0))
        positions = self._op("Slice", [self._weight("places", places.astype(np.float32)), zero, shape, zero])
        summed = self._op("Add", [words, self._op("Unsqueeze", [positions, zero])])
        self._op("Cast", ["attention_mask"], "key_mask", to=TensorProto.INT32)
        seen = self._op("Cast", ["attention_mask"], to=TensorProto.FLOAT)
        self._op("Unsqueeze", [seen, self._weight("two", _one_number(2))], "weights")
        return self._op("LayerNormalization", [summed, *self._norm(where + "LayerNorm.")], epsilon=EPSILON, axis=-1)

    def _layer(self, where: str, hidden: str) -> str:
        read = self._evened(where + "attention.self", hidden)
        query, key, value = (
            self._linear(f"{where}attention.self.{part}.", read, where + "attention.self")
            for part in ("query", "key", "value")
        )
        seen = self._op("MultiHeadAttention", [query, key, value, "", "key_mask"], domain=_MS, num_heads=HEADS)
        out = self._linear(where + "attention.output.dense.", seen)
        hidden = self._add_and_norm(out, hidden, where + "attention.output.LayerNorm.")
        inner = self._linear(
            where + "intermediate.dense.", self._evened(where + "intermediate", hidden), where + "intermediate"
        )
        inner = self._evened(where + "output", self._op("Gelu", [inner], domain=_MS))
        out = self._linear(where + "output.dense.", inner, where + "output")
        return self._add_and_norm(out, hidden, where + "output.LayerNorm.")

    def _answers(self, hidden: str, middle: str) -> None:
        pooled = self._pooled(hidden)
        for name, output, width in (("sentiment", "logits", 3), ("offensive", "offensive", 1)):
            if name + ".weight" in self.state:
                weight = self._weight(name + ".w", self.state[name + ".weight"])
                bias = self._weight(name + ".b", self.state[name + ".bias"])
                self._op("Gemm", [pooled, weight, bias], output, transB=1)
                self._answer(output, width)
        if "meaning.weight" in self.state:
            both = self._op("Concat", [self._pooled(middle), pooled], axis=1)
            self._vector(self._op("Gemm", [both, self._weight("meaning.w", self.state["meaning.weight"])], transB=1))
        elif not self.answers:
            self._vector(pooled)

    def _vector(self, source: str) -> None:
        self._op("LpNormalization", [source], "meaning", axis=1, p=2)
        self._answer("meaning", self.words.nibbles.shape[1])

    def _answer(self, name: str, width: int) -> None:
        self.answers.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width]))

    def _pooled(self, hidden: str) -> str:
        axis = self._weight("axis", _one_number(1))
        total = self._op("ReduceSum", [self._op("Mul", [hidden, "weights"]), axis], keepdims=0)
        return self._op("Div", [total, self._op("ReduceSum", ["weights", axis], keepdims=0)])

    def _evened(self, place: str, source: str) -> str:
        if place not in self.divisors:
            return source
        return self._op("Mul", [source, self._weight(place + ".even", (1 / self.divisors[place]).astype(np.float32))])

    def _linear(self, where: str, source: str, place: str = "") -> str:
        """Activations are quantised on the fly, weights once, one scale a column. What `source` was divided by at
        `place` is multiplied into the weights."""
        matrix, bias = self.state[where + "weight"], self.state[where + "bias"]
        if place in self.divisors:
            matrix = matrix * self.divisors[place][None, :]
        scales = (np.maximum(np.abs(matrix).max(axis=1), 1e-8) / 127).astype(np.float32)
        values = np.rint(matrix / scales[:, None]).astype(np.int8)
        weight = self._weight(where + "w", np.ascontiguousarray(values.T))
        zero = self._weight(where + "z", np.zeros(len(scales), np.int8))
        added = self._weight(where + "b", bias.astype(np.float32))
        parts = [source, weight, self._weight(where + "s", scales), zero, added]
        return self._op("DynamicQuantizeMatMul", parts, domain=_MS)

    def _add_and_norm(self, new: str, old: str, where: str) -> str:
        # Two plain operators: ONNX Runtime's SkipLayerNormalization is ten times slower than its LayerNormalization.
        summed = self._op("Add", [new, old])
        return self._op("LayerNormalization", [summed, *self._norm(where)], epsilon=EPSILON, axis=-1)

    def _norm(self, where: str) -> tuple[str, str]:
        gamma = self._weight(where + "g", self.state[where + "weight"])
        return gamma, self._weight(where + "b", self.state[where + "bias"])

    def _weight(self, name: str, value: np.ndarray) -> str:
        if name not in self.weights:
            self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def _op(self, kind: str, inputs: list[str], output: str = "", domain: str = "", **options: object) -> str:
        output = output or f"v{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(kind, inputs, [output], name=f"n{len(self.nodes)}", domain=domain, **options)
        )
        return output


def _one_number(axis: int) -> np.ndarray:
    return np.array([axis], np.int64)
