"""Prints the golden lines of LatentShiftTest: which of 8 latent samples come to lie where when
Text2Video-Zero's grid (pixels counted from their corners, brought to the latents' size bilinearly)
is sampled by PyTorch, for shifts in pixels of the picture. Needs torch."""

import torch
import torch.nn.functional as F


def line(shift, samples=8, pixels=8):
    side = samples * pixels
    latents = torch.arange(samples, dtype=torch.float64)[None, None, None, :].repeat(1, 1, samples, 1)
    x = ((torch.arange(side, dtype=torch.float64) + shift) / side * 2 - 1)[None, :].repeat(side, 1)
    y = (torch.arange(side, dtype=torch.float64) / side * 2 - 1)[:, None].repeat(1, side)
    grid = F.interpolate(torch.stack([x, y])[None], size=(samples, samples), mode="bilinear")
    grid = grid.permute(0, 2, 3, 1)
    warped = F.grid_sample(latents, grid, mode="nearest", padding_mode="reflection")
    return " ".join(str(int(value)) for value in warped[0, 0, 0])


for shift in [0, 1, 3, 5, 12, 24, 36, 60, 100, 200, -1, -4, -12, -24, -60, -130]:
    print(f"          {shift} | {line(shift)}")
