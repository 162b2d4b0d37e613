"""Small ONNX files of many makes. Written byte by byte, so that the tests need no package beside ONNX Runtime.

The network looks each word piece up in a table with a column a label, and adds up the rows. Field numbers are those of
onnx.proto3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FLOAT, INT32, INT64, STRING, FLOAT16 = 1, 6, 7, 8, 10
IDS, MASK, TYPES = "input_ids", "attention_mask", "token_type_ids"


@dataclass(frozen=True)
class Make:
    """How an exporter may have written it. `shape` is what the inputs declare."""

    inputs: Sequence[str] = (IDS, MASK, TYPES)
    integers: int = INT64
    logits: int = FLOAT
    output: str = "logits"
    by_word: bool = False
    shape: Sequence[int | str] = ("n", "t")
    second_output: str = ""


USUAL = Make()


def write(file: Path, table: npt.NDArray[np.float32], make: Make = USUAL) -> None:
    """`table` has a row a word piece and a column a label."""
    mask = MASK if MASK in make.inputs else IDS
    nodes = [
        _node("Gather", ["table", IDS if IDS in make.inputs else make.inputs[0]], "found"),
        _node("Cast", [mask], "seen", to=FLOAT) if mask == MASK else _node("Greater", [mask, "minus"], "is_seen"),
        *([] if mask == MASK else [_node("Cast", ["is_seen"], "seen", to=FLOAT)]),
        _node("Unsqueeze", ["seen", "two"], "seen_by_label"),
        _node("Mul", ["found", "seen_by_label"], "counted"),
        _node("Identity", ["counted"], "summed")
        if make.by_word
        else _node("ReduceSum", ["counted", "one"], "summed", keepdims=0),
        _node("Cast", ["summed"], make.output, to=make.logits),
    ]
    outputs = [_value(make.output, make.logits, ["n", "t", "l"] if make.by_word else ["n", table.shape[1]])]
    if make.second_output:
        nodes.append(_node("Identity", ["summed"], make.second_output))
        outputs.append(_value(make.second_output, FLOAT, ["n", table.shape[1]]))
    minus = np.array(-1, {INT64: np.int64, INT32: np.int32}.get(make.integers, np.int64))
    tensors = {"table": table, "one": np.array([1]), "two": np.array([2])} | ({} if mask == MASK else {"minus": minus})
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"words")
    graph += b"".join(_field(5, _tensor(name, value)) for name, value in tensors.items())
    graph += b"".join(_field(11, _value(name, make.integers, make.shape)) for name in make.inputs)
    graph += b"".join(_field(12, output) for output in outputs)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_number(1, 8) + _field(8, _number(2, 13)) + _field(7, graph))


def _node(kind: str, inputs: Sequence[str], output: str, **integers: int) -> bytes:
    attributes = (_field(1, name.encode()) + _number(3, value) + _number(20, 2) for name, value in integers.items())
    return (
        b"".join(_field(1, name.encode()) for name in inputs)
        + _field(2, output.encode())
        + _field(4, kind.encode())
        + b"".join(_field(5, attribute) for attribute in attributes)
    )


def _tensor(name: str, value: npt.NDArray[np.generic]) -> bytes:
    kind = {"float32": FLOAT, "int64": INT64, "int32": INT32}[value.dtype.name]
    return (
        b"".join(_number(1, size) for size in value.shape)
        + _number(2, kind)
        + _field(8, name.encode())
        + _field(9, value.tobytes())
    )


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _field(2, size.encode()) for size in shape)
    tensor = _number(1, kind) + _field(2, b"".join(_field(1, size) for size in sizes))
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
