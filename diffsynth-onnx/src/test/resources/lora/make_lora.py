"""Makes the LoRA files and golden arrays beside it, with numpy and onnx's reference evaluator.

    python make_lora.py TINY_SD      (a folder with model/ and golden/; needs numpy and onnx)

The golden arrays are of the model with its weights changed in numpy, W + scale * alpha / rank *
up @ down in the layout of the network (out, in), evaluated without ONNX Runtime.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

SCALE = 0.75
RANK = 4
ALPHA = 2.0
BLOCK = "down_blocks.0.attentions.0.transformer_blocks.0"
UNET = [
    f"{BLOCK}.attn1.to_q",
    f"{BLOCK}.attn1.to_out.0",
    f"{BLOCK}.attn2.to_k",
    f"{BLOCK}.ff.net.0.proj",
    f"{BLOCK}.ff.net.2",
    "down_blocks.0.attentions.0.proj_in",
    "down_blocks.0.resnets.0.conv1",
    "down_blocks.0.resnets.0.time_emb_proj",
    "up_blocks.3.attentions.2.transformer_blocks.0.attn2.to_v",
]
TEXT = ["encoder.layers.0.self_attn.q_proj", "encoder.layers.1.mlp.fc1"]


def layer(graph, path):
    """The initializer of a layer and whether it lies as (in, out)."""
    tail = "/" + path.replace(".attentions", "/attentions").replace(".resnets", "/resnets")
    wanted = path.replace(".", "/")
    for node in graph.node:
        name = node.name.rsplit("/", 1)[0].replace(".", "/")
        if node.op_type in ("MatMul", "Gemm", "Conv") and name.endswith("/" + wanted):
            tensor = next(t for t in graph.initializer if t.name == node.input[1])
            flag = any(a.name == "transB" and a.i for a in node.attribute)
            return tensor, node.op_type == "MatMul" or node.op_type == "Gemm" and not flag
    raise SystemExit(f"no layer {path}{tail}")


def change(graph, paths, rng):
    made = {}
    for path in paths:
        tensor, turned = layer(graph, path)
        stored = numpy_helper.to_array(tensor)
        weight = stored.T if turned else stored
        out, rest = weight.shape[0], weight.shape[1:]
        down = rng.standard_normal((RANK, *rest)).astype(np.float32) * 0.3
        up = rng.standard_normal((out, RANK) + (1,) * (len(rest) - 1)).astype(np.float32) * 0.3
        delta = up.reshape(out, RANK).astype(np.float64) @ down.reshape(RANK, -1)
        weight = weight + SCALE * ALPHA / RANK * delta.reshape(weight.shape)
        stored = np.ascontiguousarray(weight.T if turned else weight, np.float32)
        tensor.CopyFrom(numpy_helper.from_array(stored, tensor.name))
        made[path] = (down, up)
    return made


def save(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in tensors.items():
        raw = np.ascontiguousarray(array).tobytes()
        kind = {"float32": "F32", "float16": "F16"}[array.dtype.name]
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    tiny, here = Path(sys.argv[1]), Path(__file__).parent
    golden = {n: np.load(tiny / "golden" / f"{n}.npy") for n in
              ("un_sample", "un_t", "emb_cond", "tok_ids")}
    rng = np.random.default_rng(20261124)
    unet = onnx.load(tiny / "model/unet/model.onnx")
    text = onnx.load(tiny / "model/text_encoder/model.onnx")
    unet_made = change(unet.graph, UNET, rng)
    text_made = change(text.graph, TEXT, rng)

    kohya, peft, older = {}, {}, {}
    for part, prefix, made in (("unet", "lora_unet_", unet_made),
                               ("text_encoder", "lora_te_text_model_", text_made)):
        for path, (down, up) in made.items():
            key = prefix + path.replace(".", "_")
            kohya[key + ".lora_down.weight"] = down
            kohya[key + ".lora_up.weight"] = up
            kohya[key + ".alpha"] = np.float32(ALPHA).reshape(())
            whole = f"{part}." + ("text_model." if part == "text_encoder" else "") + path
            peft[whole + ".lora_A.weight"] = down
            peft[whole + ".lora_B.weight"] = up * np.float32(ALPHA / RANK)
            if ".attn" in path:
                block, leaf = path.rsplit(".attn", 1)
                number, leaf = leaf.split(".", 1)
                whole = f"unet.{block}.attn{number}.processor.{leaf.removesuffix('.0')}_lora"
                older[whole + ".down.weight"] = down
                older[whole + ".up.weight"] = up * np.float32(ALPHA / RANK)
    save(here / "kohya.safetensors", kohya)
    save(here / "diffusers.safetensors", peft)
    save(here / "older_diffusers.safetensors", older)
    save(here / "half.safetensors", {k: v.astype(np.float16) for k, v in kohya.items()})

    rows = 1
    feeds = {
        "sample": golden["un_sample"][:rows],
        "timestep": golden["un_t"].reshape(()),
        "encoder_hidden_states": np.repeat(golden["emb_cond"], rows, 0),
    }
    for value in unet.graph.input:
        if value.name not in feeds:
            shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
            feeds[value.name] = np.zeros((rows, shape[1], 1, 1), np.float32)
    for value in unet.graph.input:
        if value.name == "timestep":
            shape = [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
            kind = {1: np.float32, 7: np.int64}[value.type.tensor_type.elem_type]
            feeds["timestep"] = golden["un_t"].reshape(shape).astype(kind)
    np.save(here / "un_out_lora.npy", ReferenceEvaluator(unet).run(None, feeds)[0])
    ids = golden["tok_ids"][1:2]
    name = text.graph.input[0].name
    np.save(here / "emb_lora.npy", ReferenceEvaluator(text).run(None, {name: ids})[0])


if __name__ == "__main__":
    main()
