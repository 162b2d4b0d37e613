"""The network: half of the pretrained layers, mean pooling, three answers."""

import torch
from torch import nn
from transformers import BertModel

KEPT_LAYERS = (0, 2, 4, 6, 8, 10)


class Network(nn.Module):
    """token ids, mask → (sentiment logits (n,3), offensive logit (n,), meaning vector (n,384) of length one)."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.sentiment = nn.Linear(width, 3)
        self.offensive = nn.Linear(width, 1)
        self.meaning = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.meaning.weight)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        pooled = mean(hidden, attention_mask)
        seen = self.dropout(pooled)
        meaning = nn.functional.normalize(self.meaning(pooled), dim=-1)
        return self.sentiment(seen), self.offensive(seen).squeeze(-1), meaning


def mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weight = mask.unsqueeze(-1).to(torch.float32)
    return (hidden.float() * weight).sum(1) / weight.sum(1).clamp(min=1.0)


def halve(encoder: BertModel, kept_pieces: torch.Tensor, positions: int) -> BertModel:
    """Every second layer, the pieces of the cut vocabulary, the first positions."""
    config = type(encoder.config).from_dict(
        encoder.config.to_dict()
        | {
            "num_hidden_layers": len(KEPT_LAYERS),
            "vocab_size": len(kept_pieces),
            "max_position_embeddings": positions,
            # One pass over fresh posts has little to overfit; dropout inside the encoder only slows it down.
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
        }
    )
    small = BertModel(config, add_pooling_layer=False)
    state = encoder.state_dict()
    wanted = {}
    for name in small.state_dict():
        old = name
        if name.startswith("encoder.layer."):
            number = int(name.split(".")[2])
            old = name.replace(f"layer.{number}.", f"layer.{KEPT_LAYERS[number]}.", 1)
        value = state[old]
        if "word_embeddings" in name:
            value = value[kept_pieces]
        elif "position" in name:
            value = value[..., :positions] if value.shape[0] == 1 else value[:positions]
        wanted[name] = value.clone()
    small.load_state_dict(wanted)
    small.embeddings.word_embeddings.weight.requires_grad = False
    return small
