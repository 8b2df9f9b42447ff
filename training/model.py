"""The reader: one encoder over a question and a text, and what it tells of them."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn
from transformers import BertModel

__all__ = ["ReaderModel"]


class ReaderModel(nn.Module):
    """MiniLM with a head for the span (start and end) and one for whether the text answers, read in one go."""

    def __init__(self, folder: Path | str) -> None:
        super().__init__()
        # Without dropout inside attention, PyTorch has a kernel for it that is a good deal faster on a CPU.
        self.encoder = BertModel.from_pretrained(folder, add_pooling_layer=False, attention_probs_dropout_prob=0.0)
        width = self.encoder.config.hidden_size
        self.span, self.answers = nn.Linear(width, 2), nn.Linear(width, 1)
        # What words mean is known already, and half of the weights are in there.
        for parameter in self.encoder.embeddings.parameters():
            parameter.requires_grad = False

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of token ids, attention mask and token kinds (each n × length): start and end (n × length), answers (n × 1)."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        start, end = self.span(hidden).unbind(-1)
        return start, end, self.answers(hidden[:, 0])
