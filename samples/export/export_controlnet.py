#!/usr/bin/env python3
"""Exports a ControlNet for Stable Diffusion 1.5 to ONNX, in the form that DiffSynth for Java reads.

    python export_controlnet.py lllyasviel/control_v11p_sd15_softedge models/control-softedge

Writes model.onnx and config.json into the output folder. Needs torch, diffusers and onnx; see
docs/export.md.
"""

import argparse
import sys
from pathlib import Path

import torch
from diffusers import ControlNetModel

FACTOR = 8  # pixels of the control picture per latent pixel


class Plain(torch.nn.Module):
    """Returns the residuals as a flat tuple, with a conditioning scale of 1.

    DiffSynth for Java multiplies the residuals by the scale of a request later.
    """

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, sample, timestep, encoder_hidden_states, controlnet_cond):
        down, mid = self.net(
            sample,
            timestep,
            encoder_hidden_states,
            controlnet_cond,
            conditioning_scale=1.0,
            return_dict=False,
        )
        return (*down, mid)


def residual_levels(config):
    """Returns, for each down residual in the network's order, how often its size was halved."""
    layers = config.layers_per_block
    blocks = len(config.block_out_channels)
    layers = [layers] * blocks if isinstance(layers, int) else layers
    levels = [0]
    for block in range(blocks):
        levels += [block] * layers[block]
        if block < blocks - 1:
            levels.append(block + 1)
    return levels


def axes(level):
    suffix = f"_{2 ** level}" if level else ""
    return {0: "batch_size", 2: "height" + suffix, 3: "width" + suffix}


def export(net, folder, opset, side):
    dtype, device = net.dtype, net.device
    config = net.config
    levels = residual_levels(config)
    inputs = {
        "sample": torch.randn(2, config.in_channels, side, side, dtype=dtype, device=device),
        "timestep": torch.tensor(500.0, device=device),
        "encoder_hidden_states": torch.randn(
            2, 77, config.cross_attention_dim, dtype=dtype, device=device
        ),
        "controlnet_cond": torch.rand(
            2, config.conditioning_channels, side * FACTOR, side * FACTOR, dtype=dtype, device=device
        ),
    }
    outputs = [f"down_block_res_sample_{i}" for i in range(len(levels))] + ["mid_block_res_sample"]
    dynamic = {
        "sample": axes(0),
        "encoder_hidden_states": {0: "batch_size", 1: "sequence_length"},
        "controlnet_cond": {0: "batch_size", 2: "image_height", 3: "image_width"},
    }
    for name, level in zip(outputs, levels + [levels[-1]]):
        dynamic[name] = axes(level)
    with torch.no_grad():
        torch.onnx.export(
            Plain(net).eval(),
            tuple(inputs.values()),
            str(folder / "model.onnx"),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=dynamic,
            opset_version=opset,
            do_constant_folding=True,
            dynamo=False,  # keeps the module paths in the node names, by which LoRAs find their layers
        )
    return inputs, outputs


def check(folder, net, inputs, outputs):
    """Compares the exported model with PyTorch at another size and batch, if ONNX Runtime is installed."""
    try:
        import onnxruntime
    except ImportError:
        print("onnxruntime is not installed: the exported model was not tested", file=sys.stderr)
        return
    if net.dtype != torch.float32:
        return
    bigger = {
        name: torch.cat([value, value[:1]]).repeat(1, 1, 1, 2) if value.dim() == 4
        else torch.cat([value, value[:1]]) if value.dim() == 3
        else value
        for name, value in inputs.items()
    }
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    found = session.run(outputs, {name: value.cpu().numpy() for name, value in bigger.items()})
    with torch.no_grad():
        expected = Plain(net)(*bigger.values())
    worst = max(
        float((torch.from_numpy(a) - b.cpu()).abs().max()) for a, b in zip(found, expected)
    )
    print(f"largest difference from PyTorch: {worst:.2g}")
    if not worst < 1e-2:
        raise SystemExit("the exported model differs from PyTorch by more than 1e-2")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="model name on the Hugging Face hub, or a folder with config.json and weights")
    parser.add_argument("output", type=Path, help="output folder, created if missing")
    parser.add_argument("--dtype", choices=("fp32", "fp16"), default="fp32")
    parser.add_argument("--device", default="cpu", help="device for the export; fp16 needs cuda")
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--size", type=int, default=256, help="side of the picture with which the model is traced, in pixels")
    options = parser.parse_args()

    dtype = torch.float16 if options.dtype == "fp16" else torch.float32
    net = ControlNetModel.from_pretrained(options.model, torch_dtype=dtype).to(options.device)
    if net.config.addition_embed_type is not None:
        raise SystemExit("this is a ControlNet for SDXL; SDXL is not supported")
    options.output.mkdir(parents=True, exist_ok=True)
    inputs, outputs = export(net.eval(), options.output, options.opset, options.size // FACTOR)
    net.save_config(options.output)
    check(options.output, net, inputs, outputs)
    print(f"{options.output}: {len(outputs)} residuals, {options.dtype}, opset {options.opset}")


if __name__ == "__main__":
    main()
