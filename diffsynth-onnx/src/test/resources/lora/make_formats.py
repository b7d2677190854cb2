"""Makes the files in formats/: LoRAs of every supported form, and the weights that they must lead to.

    python make_formats.py TINY_SD      (a folder with model/; needs numpy, onnx and safetensors)

Each NAME.safetensors has a NAME.expected.safetensors: the changed initializers of the model, in the
layout of the ONNX file. The formulas are those of LyCORIS (lycoris/functional), PEFT and the
AUTOMATIC1111 web interface, written with numpy's einsum, kron and norm in double precision.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

SCALE = 0.75
A = "down_blocks.0.attentions.0"
B = A + ".transformer_blocks.0"
CONV = "down_blocks.0.resnets.0.conv1"
rng = np.random.default_rng(13)


def normal(*shape):
    return (rng.standard_normal(shape) * 0.3).astype(np.float32)


class Model:
    """The initializers of both graphs, by layer."""

    def __init__(self, folder):
        self.graphs = {p: onnx.load(folder / "model" / p / "model.onnx").graph for p in ("unet", "text_encoder")}

    def find(self, part, path, role="weight"):
        """Name, values in the layout of the network, and whether they are stored as (in, out)."""
        graph = self.graphs[part]
        tensors = {t.name: t for t in graph.initializer}
        for node in graph.node:
            layer = node.name.rsplit("/", 1)[0].replace("/", ".")
            if not layer.endswith("." + path):
                continue
            op = node.op_type
            if role == "weight" and op in ("MatMul", "Gemm", "Conv", "LayerNormalization", "Mul"):
                name = node.input[1]
            elif role == "bias" and op in ("Gemm", "Conv", "LayerNormalization"):
                name = node.input[2]
            elif role == "bias" and op == "Add":
                name = next(i for i in node.input if i in tensors)
            else:
                continue
            if name in tensors:
                flag = any(a.name == "transB" and a.i for a in node.attribute)
                turned = op == "MatMul" or op == "Gemm" and not flag and role == "weight"
                turned = turned and role == "weight"
                values = numpy_helper.to_array(tensors[name])
                return name, values.T if turned else values, turned
        raise SystemExit(f"no {role} of {path}")


class Case:
    def __init__(self, model, name, scale=SCALE):
        self.model, self.name, self.scale = model, name, scale
        self.tensors, self.expected, self.metadata, self.unet = {}, {}, {"format": "pt"}, []

    def put(self, layer, **tensors):
        for ending, value in tensors.items():
            self.tensors[layer + "." + ending.replace("__", ".")] = np.asarray(value)

    def change(self, path, function, role="weight", part="unet"):
        """W' = function(W), computed in double precision."""
        name, old, turned = self.model.find(part, path, role)
        new = function(old.astype(np.float64)).reshape(old.shape)
        self.expected[part + ":" + name] = np.ascontiguousarray(new.T if turned else new, np.float32)

    def add(self, path, delta, **more):
        self.change(path, lambda w: w + self.scale * delta.astype(np.float64).reshape(w.shape), **more)

    def save(self, folder):
        save_file({k: np.ascontiguousarray(v) for k, v in self.tensors.items()}, folder / f"{self.name}.safetensors", self.metadata)
        save_file(self.expected, folder / f"{self.name}.expected.safetensors", {"scale": str(self.scale)})


def kohya(path):
    return "lora_unet_" + path.replace(".", "_")


def product(up, down):
    return up.reshape(up.shape[0], -1).astype(np.float64) @ down.reshape(down.shape[0], -1)


def tucker(t, a, b):
    return np.einsum("ijkl,ip,jr->prkl", t.astype(np.float64), a, b)


def lora(m):
    c = Case(m, "ranks")  # a rank of its own for each layer, with and without alpha
    for path, out, inputs, rank, alpha in (
        (B + ".attn1.to_q", 16, 16, 2, None), (B + ".attn2.to_k", 16, 32, 3, 1.5), (B + ".ff.net.0.proj", 128, 16, 1, 4.0),
    ):
        up, down = normal(out, rank), normal(rank, inputs)
        c.put(kohya(path), lora_down__weight=down, lora_up__weight=up)
        if alpha is not None:
            c.put(kohya(path), alpha=np.float32(alpha))
        c.add(path, (alpha or rank) / rank * product(up, down))
    return c


def locon(m):
    c = Case(m, "locon")
    up, mid, down = normal(16, 2, 1, 1), normal(2, 3, 3, 3), normal(3, 16, 1, 1)
    c.put(kohya(CONV), lora_down__weight=down, lora_mid__weight=mid, lora_up__weight=up, alpha=np.float32(1.5))
    c.add(CONV, 1.5 / 3 * tucker(mid, up.reshape(16, 2).T, down.reshape(3, 16)))
    path = "down_blocks.0.resnets.0.conv2"
    up, down = normal(16, 2, 1, 1), normal(2, 16, 3, 3)
    c.put(kohya(path), lora_down__weight=down, lora_up__weight=up, alpha=np.float32(1))
    c.add(path, 0.5 * product(up, down))
    return c


def loha(m):
    c = Case(m, "loha")
    for path, out, inputs in ((B + ".attn2.to_k", 16, 32), (A + ".proj_in", 16, 16), ("down_blocks.0.resnets.1.conv1", 16, 144)):
        w = [normal(out, 2), normal(2, inputs), normal(out, 2), normal(2, inputs)]
        c.put(kohya(path), hada_w1_a=w[0], hada_w1_b=w[1], hada_w2_a=w[2], hada_w2_b=w[3], alpha=np.float32(1))
        c.add(path, 0.5 * product(w[0], w[1]) * product(w[2], w[3]))
    w = [normal(2, 16), normal(2, 16), normal(2, 16), normal(2, 16)]
    t = [normal(2, 2, 3, 3), normal(2, 2, 3, 3)]
    c.put(kohya(CONV), hada_t1=t[0], hada_w1_a=w[0], hada_w1_b=w[1], hada_t2=t[1], hada_w2_a=w[2], hada_w2_b=w[3])
    c.add(CONV, tucker(t[0], w[0], w[1]) * tucker(t[1], w[2], w[3]))
    return c


def lokr(m):
    c = Case(m, "lokr")
    w1, w2 = normal(4, 8), normal(4, 4)
    c.put(kohya(B + ".attn2.to_k"), lokr_w1=w1, lokr_w2=w2, alpha=np.float32(64))  # alpha has no effect
    c.add(B + ".attn2.to_k", np.kron(w1, w2))
    w1, a, b = normal(2, 4), normal(64, 3), normal(3, 4)
    c.put(kohya(B + ".ff.net.0.proj"), lokr_w1=w1, lokr_w2_a=a, lokr_w2_b=b, alpha=np.float32(1.5))
    c.add(B + ".ff.net.0.proj", 0.5 * np.kron(w1, product(a, b)))
    w = [normal(4, 1), normal(1, 4), normal(4, 1), normal(1, 4)]
    c.put(kohya(B + ".attn1.to_v"), lokr_w1_a=w[0], lokr_w1_b=w[1], lokr_w2_a=w[2], lokr_w2_b=w[3])
    c.add(B + ".attn1.to_v", np.kron(product(w[0], w[1]), product(w[2], w[3])))
    w1, t, a, b = normal(4, 4), normal(2, 2, 3, 3), normal(2, 4), normal(2, 4)
    c.put(kohya(CONV), lokr_w1=w1, lokr_t2=t, lokr_w2_a=a, lokr_w2_b=b, alpha=np.float32(2))
    c.add(CONV, np.kron(w1[:, :, None, None], tucker(t, a, b)))
    path = "down_blocks.0.resnets.1.conv2"
    w1, w2 = normal(4, 2), normal(4, 8, 3, 3)
    c.put(kohya(path), lokr_w1=w1, lokr_w2=w2)
    c.add(path, np.kron(w1[:, :, None, None], w2))
    return c


def dora(m, name, scale):
    global rng
    rng = np.random.default_rng(7)
    c = Case(m, name, scale)

    def decompose(magnitude, delta, per_output):
        def function(w):
            v = w + delta.reshape(w.shape)
            axes = tuple(i for i in range(w.ndim) if i != (0 if per_output else 1))
            shape = [1] * w.ndim
            shape[0 if per_output else 1] = -1
            v = v * magnitude.astype(np.float64).reshape(shape) / np.sqrt((v**2).sum(axes, keepdims=True))
            return w + scale * (v - w)
        return function

    def one(path, out, inputs, kernel, shape, per_output, ending="dora_scale", part="unet"):
        up, down = normal(out, 2), normal(2, inputs * kernel)
        tail = () if kernel == 1 else (3, 3)
        m1 = np.abs(normal(int(np.prod(shape)))).reshape(shape) + np.float32(1)
        key = kohya(path) if part == "unet" else "lora_te_text_model_" + path.replace(".", "_")
        up4 = up.reshape(out, 2, *([1] * len(tail)))
        c.put(key, lora_down__weight=down.reshape(2, inputs, *tail), lora_up__weight=up4, alpha=np.float32(1))
        c.put(key, **{ending: m1})
        c.change(path, decompose(m1.ravel(), 0.5 * product(up, down), per_output), part=part)

    one(B + ".attn2.to_k", 16, 32, 1, (1, 32), False)
    one(B + ".attn2.to_v", 16, 32, 1, (16, 1), True)
    one(B + ".attn1.to_q", 16, 16, 1, (1, 16), False)
    one(CONV, 16, 16, 9, (1, 16, 1, 1), False)
    one("down_blocks.0.resnets.0.conv2", 16, 16, 9, (16, 1, 1, 1), True)
    one(B + ".ff.net.0.proj", 128, 16, 1, (128,), True, "lora_magnitude_vector__weight")
    one("encoder.layers.0.self_attn.q_proj", 32, 32, 1, (32, 1), True, part="text_encoder")
    w = [normal(16, 2), normal(2, 16), normal(16, 2), normal(2, 16)]
    m1 = np.abs(normal(1, 16)) + np.float32(1)
    path = B + ".attn1.to_v"
    c.put(kohya(path), hada_w1_a=w[0], hada_w1_b=w[1], hada_w2_a=w[2], hada_w2_b=w[3], dora_scale=m1)
    c.change(path, decompose(m1.ravel(), product(w[0], w[1]) * product(w[2], w[3]), False))
    return c


def full(m):
    c = Case(m, "full")
    for path, shape, bias in ((CONV, (16, 16, 3, 3), 16), (B + ".attn1.to_out.0", (16, 16), 16), ("time_embedding.linear_1", (64, 16), 64)):
        d, b = normal(*shape), normal(bias)
        c.put(kohya(path), diff=d, diff_b=b)
        c.add(path, d)
        c.add(path, b, role="bias")
    for path in ("down_blocks.0.resnets.0.norm1", B + ".norm1"):
        w, b = normal(16), normal(16)
        c.put(kohya(path), w_norm=w, b_norm=b)
        c.add(path, w)
        c.add(path, b, role="bias")
    w = normal(16)
    c.put(kohya(B + ".norm2"), diff=w)
    c.add(B + ".norm2", w)
    return c


def ia3(m):
    c = Case(m, "ia3")
    for path, shape, on_input in (
        (B + ".attn2.to_k", (16,), 0), (B + ".ff.net.2", (64,), 1), (CONV, (1, 16, 1, 1), 1), ("down_blocks.0.resnets.0.conv2", (1, 16, 1, 1), 0),
    ):
        w = normal(*shape)
        c.put(kohya(path), weight=w, on_input=np.int64(on_input))
        along = w.ravel().astype(np.float64)

        def function(old, along=along, on_input=on_input):
            factor = along.reshape((1, -1) + (1,) * (old.ndim - 2)) if on_input else along.reshape((-1,) + (1,) * (old.ndim - 1))
            return old + SCALE * factor * old
        c.change(path, function)
    return c


def diffusers(m):
    c = Case(m, "diffusers_metadata")
    c.metadata["lora_adapter_metadata"] = json.dumps({
        "unet.r": 2, "unet.lora_alpha": 6, "unet.alpha_pattern": {"ff.net.2": 1},
        "text_encoder.r": 4, "text_encoder.lora_alpha": 3, "text_encoder.use_rslora": True,
    })
    for path, out, inputs, alpha in ((B + ".attn1.to_q", 16, 16, 6), (B + ".ff.net.2", 16, 64, 1)):
        a, b = normal(2, inputs), normal(out, 2)
        c.put("unet." + path, lora_A__weight=a, lora_B__weight=b)
        c.add(path, alpha / 2 * product(b, a))
    path = "encoder.layers.1.mlp.fc1"
    a, b = normal(4, 32), normal(128, 4)
    c.put("text_encoder.text_model." + path, lora_A__weight=a, lora_B__weight=b)
    c.add(path, 3 / 2 * product(b, a), part="text_encoder")
    return c


def peft(m):
    c = Case(m, "adapter_model")
    path = B + ".attn1.to_out.0"
    a, b, bias = normal(2, 16), normal(16, 2), normal(16)
    c.put("base_model.model." + path, lora_A__default__weight=a, lora_B__default__weight=b, lora_B__bias=bias)
    c.add(path, 5 / 2 * product(b, a))
    c.add(path, 5 / 2 * bias, role="bias")
    return c


def main():
    here = Path(__file__).parent / "formats"
    here.mkdir(exist_ok=True)
    m = Model(Path(sys.argv[1]))
    for case in (lora(m), locon(m), loha(m), lokr(m), dora(m, "dora", SCALE), dora(m, "dora_whole", 1.0), full(m), ia3(m), diffusers(m), peft(m)):
        case.save(here)
    (here / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 2, "lora_alpha": 5}) + "\n")


if __name__ == "__main__":
    main()
