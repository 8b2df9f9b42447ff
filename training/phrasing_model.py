"""SmolLM2 from its GGUF file with low-rank adapters on its layers, and those written as a GGUF adapter.

The rows of a query or key projection stand in another order in GGUF than in transformers, which turns the halves of a
head by each other and not its pairs; everything here is in GGUF's names and transformers' order.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGUFReader, GGUFWriter
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

__all__ = ["Adapted", "adapted", "base_model", "write_adapter"]

_LAYERS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_NORMS = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
_WHOLE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}


class Adapted(nn.Module):
    """A frozen linear layer with ``scale * b @ a`` beside its weight (LoRA, Hu et al., 2021)."""

    def __init__(self, layer: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.layer, self.scale = layer, scale
        self.a = nn.Parameter(torch.empty(rank, layer.in_features))
        self.b = nn.Parameter(torch.zeros(layer.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=5**0.5)

    def forward(self, given: Tensor) -> Tensor:
        """Of ... × in: ... × out."""
        low = given @ self.a.to(given.dtype).T
        return self.layer(given) + low @ (self.b.to(given.dtype).T * self.scale)


def base_model(file: Path) -> LlamaForCausalLM:
    """The model of a GGUF file of the Llama family as it computes there: its quantised weights, written out, in bfloat16."""
    reader = GGUFReader(file)

    def of(key: str) -> float:
        return reader.fields[f"llama.{key}"].contents()

    config = LlamaConfig(
        hidden_size=int(of("embedding_length")),
        intermediate_size=int(of("feed_forward_length")),
        num_hidden_layers=int(of("block_count")),
        num_attention_heads=int(of("attention.head_count")),
        num_key_value_heads=int(of("attention.head_count_kv")),
        rms_norm_eps=float(of("attention.layer_norm_rms_epsilon")),
        max_position_embeddings=int(of("context_length")),
        rope_parameters={"rope_type": "default", "rope_theta": float(of("rope.freq_base"))},
        vocab_size=int(next(t.shape[1] for t in reader.tensors if t.name == "token_embd.weight")),
        tie_word_embeddings=True,
    )
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    state: dict[str, Tensor] = {}
    for tensor in reader.tensors:
        values = torch.from_numpy(np.array(gguf.dequantize(tensor.data, tensor.tensor_type)))
        *block, name, _ = tensor.name.split(".")
        if block:
            inner = _LAYERS.get(name) or _NORMS[name]
            state[f"model.layers.{block[-1]}.{inner}.weight"] = (
                _halves(values, heads[name]) if name in heads else values
            )
        elif name in _WHOLE:
            state[f"{_WHOLE[name]}.weight"] = values
    model = LlamaForCausalLM(config)
    missing, unknown = model.load_state_dict(state, strict=False)
    if unknown or set(missing) - {"lm_head.weight"}:
        raise SystemExit(f"{file.name} is not of the form that is known here: {missing or unknown}")
    model.tie_weights()
    return model.to(torch.bfloat16).requires_grad_(False)


def adapted(model: LlamaForCausalLM, rank: int, scale: float) -> dict[str, Adapted]:
    """Put an adapter on each projection of each layer; give them by their names in GGUF."""
    found = {}
    for number, layer in enumerate(model.model.layers):
        for name, inner in _LAYERS.items():
            room, _, last = inner.partition(".")
            part = Adapted(getattr(getattr(layer, room), last), rank, scale)
            setattr(getattr(layer, room), last, part)
            found[f"blk.{number}.{name}"] = part
    return found


def write_adapter(parts: dict[str, Adapted], model: LlamaForCausalLM, file: Path, *, name: str) -> None:
    """Write the adapters as llama.cpp reads them; it multiplies by alpha over the rank."""
    heads = {"attn_q": model.config.num_attention_heads, "attn_k": model.config.num_key_value_heads}
    rank, scale = next((part.a.shape[0], part.scale) for part in parts.values())
    writer = GGUFWriter(file, "llama")
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_license("apache-2.0")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", rank * scale)
    for place, part in parts.items():
        b = part.b.detach()
        if (kind := place.rpartition(".")[2]) in heads:
            b = _pairs(b, heads[kind])
        writer.add_tensor(f"{place}.weight.lora_a", part.a.detach().numpy().astype(np.float16))
        writer.add_tensor(f"{place}.weight.lora_b", b.numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _halves(rows: Tensor, heads: int) -> Tensor:
    """From GGUF's order of rows to transformers'."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, size // 2, 2, -1).transpose(1, 2).reshape(rows.shape)


def _pairs(rows: Tensor, heads: int) -> Tensor:
    """From transformers' order of rows to GGUF's."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, 2, size // 2, -1).transpose(1, 2).reshape(rows.shape)
