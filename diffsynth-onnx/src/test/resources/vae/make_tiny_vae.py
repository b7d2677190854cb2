"""Writes a tiny autoencoder with random weights and its results in PyTorch: tiny_vae.safetensors with
the names of diffusers' AutoencoderTiny, and tiny_vae.npy with a picture, its latents, further latents
and their picture, one after the other. The layers are those of TAESD
(https://github.com/madebyollin/taesd) and of AutoencoderTiny. Needs torch and NumPy."""

import json
import struct

import numpy as np
import torch
from torch import nn

CHANNELS = 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        conv = [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1) for _ in range(3)]
        self.conv = nn.Sequential(conv[0], nn.ReLU(), conv[1], nn.ReLU(), conv[2])

    def forward(self, x):
        return torch.relu(self.conv(x) + x)


def encoder():
    layers = [nn.Conv2d(3, CHANNELS, 3, padding=1), Block()]
    for _ in range(3):
        layers += [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, stride=2, bias=False)]
        layers += [Block(), Block(), Block()]
    return nn.Sequential(*layers, nn.Conv2d(CHANNELS, 4, 3, padding=1))


def decoder():
    layers = [nn.Conv2d(4, CHANNELS, 3, padding=1), nn.ReLU()]
    for _ in range(3):
        layers += [Block(), Block(), Block(), nn.Upsample(scale_factor=2)]
        layers += [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False)]
    return nn.Sequential(*layers, Block(), nn.Conv2d(CHANNELS, 3, 3, padding=1))


torch.manual_seed(11)
down, up = encoder(), decoder()
with torch.no_grad():
    for value in [*down.parameters(), *up.parameters()]:
        value.mul_(1.7)
    picture = torch.rand(1, 3, 16, 24) * 2 - 1
    latents = down((picture + 1) / 2)
    given = torch.randn(1, 4, 2, 3) * 2
    decoded = up(torch.tanh(given / 3) * 3) * 2 - 1
    print("latents", latents.abs().max().item(), "decoded", decoded.abs().max().item(), decoded.std().item())
np.save("tiny_vae.npy", torch.cat([t.flatten() for t in (picture, latents, given, decoded)]).numpy())

weights = {f"{part}.layers.{name}": value.detach().numpy()
           for part, net in (("encoder", down), ("decoder", up)) for name, value in net.state_dict().items()}
header, at = {}, 0
for name, value in weights.items():
    header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + value.nbytes]}
    at += value.nbytes
text = json.dumps(header).encode()
with open("tiny_vae.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for value in weights.values():
        file.write(value.tobytes())
