"""Evens out the inputs of matrix multiplications before they go to eight bits.

A few channels of a transformer are twenty times louder than the rest, and one scale for all leaves the quiet ones a
handful of steps. Dividing each channel by a number and multiplying the weights by it changes nothing in real numbers
and much in eight bits (Xiao et al. 2023, SmoothQuant).
"""

import numpy as np
import torch
from torch import nn
from transformers import BertModel

from sentiment.training.batches import padded

Divisors = dict[str, np.ndarray]
_STRENGTH = 0.75


def divisors(encoder: BertModel, ids: list[np.ndarray]) -> Divisors:
    """One number a channel for each place where a layer reads, from the loudest value that these posts make there."""
    encoder.eval()
    loudest: dict[str, torch.Tensor] = {}
    readers: dict[str, list[nn.Linear]] = {}
    handles = []
    for number, layer in enumerate(encoder.encoder.layer):
        where = f"encoder.encoder.layer.{number}."
        attention = layer.attention.self
        readers[where + "attention.self"] = [attention.query, attention.key, attention.value]
        readers[where + "intermediate"] = [layer.intermediate.dense]
        readers[where + "output"] = [layer.output.dense]
    for place, linears in readers.items():

        def listen(_: nn.Module, inputs: tuple[torch.Tensor, ...], place: str = place) -> None:
            found = inputs[0].detach().abs().flatten(0, -2).amax(0)
            loudest[place] = torch.maximum(loudest.get(place, found), found)

        handles.append(linears[0].register_forward_pre_hook(listen))
    with torch.inference_mode():
        for start in range(0, len(ids), 32):
            tokens, mask = padded(ids[start : start + 32])
            encoder(input_ids=tokens, attention_mask=mask)
    for handle in handles:
        handle.remove()
    return {place: _balance(loudest[place].numpy(), linears) for place, linears in readers.items()}


def _balance(loudest: np.ndarray, linears: list[nn.Linear]) -> np.ndarray:
    weights = np.max([linear.weight.detach().abs().amax(0).numpy() for linear in linears], axis=0)
    divisor = np.maximum(loudest, 1e-5) ** _STRENGTH / np.maximum(weights, 1e-5) ** (1 - _STRENGTH)
    return divisor / np.exp(np.log(divisor).mean())
