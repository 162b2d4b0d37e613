"""The network: a BERT encoder, mean pooling, three answers. Teacher and student differ in their layers only."""

from collections.abc import Sequence

import torch
from torch import nn
from transformers import BertModel

TEACHER_LAYERS = tuple(range(12))
STUDENT_LAYERS = (0, 2, 4, 6, 8, 10)


class Network(nn.Module):
    """token ids, mask → (sentiment logits (n,3), offensive logit (n,), meaning vector (n,384) of length one).

    Meaning is read from the middle of the encoder as well as from its end, which sentiment bends to its own ends.
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.middle = middle_of(encoder.config.num_hidden_layers)
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.sentiment = nn.Linear(width, 3)
        self.offensive = nn.Linear(width, 1)
        self.meaning = nn.Linear(2 * width, width, bias=False)
        with torch.no_grad():
            self.meaning.weight.copy_(torch.cat([torch.eye(width), torch.eye(width)], dim=1) / 2)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
        ).hidden_states
        pooled = mean(hidden[-1], attention_mask)
        seen = self.dropout(pooled)
        both = torch.cat([mean(hidden[self.middle], attention_mask), pooled], dim=-1)
        meaning = nn.functional.normalize(self.meaning(both), dim=-1)
        return self.sentiment(seen), self.offensive(seen).squeeze(-1), meaning

    def trained(self) -> dict[str, torch.Tensor]:
        """Everything but the word embeddings, which stay as the pretrained encoder has them."""
        return {name: value for name, value in self.state_dict().items() if "word_embeddings" not in name}


def middle_of(layers: int) -> int:
    """After how many layers meaning is read for the first time."""
    return layers // 2


def mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weight = mask.unsqueeze(-1).to(torch.float32)
    return (hidden.float() * weight).sum(1) / weight.sum(1).clamp(min=1.0)


def keep(encoder: BertModel, layers: Sequence[int], kept_pieces: torch.Tensor, positions: int) -> BertModel:
    """Some of the layers, the pieces of the cut vocabulary, the first positions; word embeddings frozen.

    They came with four bits a weight (see base.py) and are shipped so, without loss, because nothing moved them.
    """
    config = type(encoder.config).from_dict(
        encoder.config.to_dict()
        | {
            "num_hidden_layers": len(layers),
            "vocab_size": len(kept_pieces),
            "max_position_embeddings": positions,
            # One pass over fresh posts has little to overfit; dropout inside the encoder only slows it down.
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        }
    )
    # For sentences as short as posts plain attention trains a third faster on a processor than the fused one.
    config._attn_implementation = "eager"
    small = BertModel(config, add_pooling_layer=False)
    state = encoder.state_dict()
    wanted = {}
    for name in small.state_dict():
        old = name
        if name.startswith("encoder.layer."):
            number = int(name.split(".")[2])
            old = name.replace(f"layer.{number}.", f"layer.{layers[number]}.", 1)
        value = state[old]
        if "word_embeddings" in name:
            value = value[kept_pieces]
        elif "position" in name:
            value = value[..., :positions] if value.shape[0] == 1 else value[:positions]
        wanted[name] = value.clone()
    small.load_state_dict(wanted)
    small.embeddings.word_embeddings.weight.requires_grad = False
    return small
