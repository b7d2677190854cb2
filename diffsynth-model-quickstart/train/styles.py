"""Classical picture styles, soft edges and painted scenes, all in torch, for any device.

Pictures are float32 [B,3,H,W] in 0..1. apply() needs the style numbers on the host to group the
rows: pass them as a CPU tensor (a device tensor works and costs one synchronisation).
"""

import functools
import math

import torch
import torch.nn.functional as F

STYLES = ["photo", "oil", "watercolor", "cartoon", "night", "winter", "autumn", "vintage",
          "sunset", "noir", "neon", "pastel", "comic", "underwater"]


# ---------------------------------------------------------------- helpers

def _u(x, lo, hi, channels=1):
    """Uniform numbers, one (or one a channel) for each sample: [n,c,1,1]."""
    return torch.rand(x.shape[0], channels, 1, 1, device=x.device) * (hi - lo) + lo


@functools.lru_cache(maxsize=None)
def _const(values, device):
    """A constant on the device, copied there once: a copy in the hot path would synchronise."""
    return torch.tensor(values, dtype=torch.float32, device=device)


def _rgb(x, r, g, b):
    return _const((r, g, b), x.device).view(1, 3, 1, 1)


def _tint(x, r, g, b, jitter=0.04):
    return (_rgb(x, r, g, b) + _u(x, -jitter, jitter, 3)).clamp(0, 1.5)


def luma(x):
    return 0.299 * x[:, 0:1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:3]


def _step(lo, hi, x):
    t = ((x - lo) / (hi - lo)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def _lerp(a, b, t):
    return a + (b - a) * t


def _pad(x, p):
    mode = "reflect" if p < min(x.shape[-2:]) else "replicate"
    return F.pad(x, (p, p, p, p), mode=mode)


def gaussian(x, sigma, cut=3.0):
    """Separable, mirrored at the borders."""
    r = max(1, int(math.floor(cut * sigma + 0.5)))
    i = torch.arange(-r, r + 1, dtype=torch.float32, device=x.device)
    k = torch.exp(-i * i / (2 * sigma * sigma))
    k = k / k.sum()
    n, c, h, w = x.shape
    # Every plane is a channel of its own: the depthwise path is fast on CPUs, and on GPUs it is not
    # cuDNN's, so neither TF32 nor benchmark mode touches it.
    k = k.view(1, 1, 1, -1).expand(n * c, 1, 1, -1)
    x = _pad(x, r).reshape(1, n * c, h + 2 * r, w + 2 * r)
    x = F.conv2d(F.conv2d(x, k, groups=n * c), k.transpose(2, 3), groups=n * c)
    return x.view(n, c, h, w)


def _wide(x, sigma):
    """A wide blur, made at a quarter of the size."""
    h, w = x.shape[-2:]
    if sigma < 6 or min(h, w) < 32:
        return gaussian(x, sigma, 2.5)
    small = F.avg_pool2d(x, 4, ceil_mode=True, count_include_pad=False)
    small = gaussian(small, sigma / 4, 2.5)
    return F.interpolate(small, size=(-(-h // 4) * 4, -(-w // 4) * 4), mode="bilinear",
                         align_corners=False)[..., :h, :w]


def _noise(x, cell_y, cell_x=None, channels=1):
    """Smooth noise of about 0..1 with bumps of the size of a cell in pixels."""
    n, _, h, w = x.shape
    cell_x = cell_x or cell_y
    gh, gw = max(2, int(h / cell_y) + 2), max(2, int(w / cell_x) + 2)
    grid = torch.rand(n, channels, gh, gw, device=x.device)
    big = F.interpolate(grid, size=(int((gh - 1) * cell_y) + 1, int((gw - 1) * cell_x) + 1)
                        if (gh - 1) * cell_y >= h and (gw - 1) * cell_x >= w else (h, w),
                        mode="bicubic", align_corners=True)
    return big[..., :h, :w].clamp(0, 1)


def _turned(x, cell_along, cell_across, angle):
    """Noise of streaks with a direction; angle [n,1,1,1] or a float."""
    n, _, h, w = x.shape
    d = math.hypot(h, w)
    gh, gw = int(d / cell_across) + 3, int(d / cell_along) + 3
    grid = torch.rand(n, 1, gh, gw, device=x.device)
    a = angle if torch.is_tensor(angle) else torch.full((1, 1, 1, 1), angle, device=x.device)
    a = a.expand(n, 1, 1, 1)[:, 0]
    ys = (torch.arange(h, device=x.device, dtype=torch.float32) - h / 2).view(1, h, 1)
    xs = (torch.arange(w, device=x.device, dtype=torch.float32) - w / 2).view(1, 1, w)
    u = (xs * torch.cos(a) + ys * torch.sin(a)) / cell_along * 2 / (gw - 1)
    v = (ys * torch.cos(a) - xs * torch.sin(a)) / cell_across * 2 / (gh - 1)
    return F.grid_sample(grid, torch.stack([u, v], -1), mode="bicubic", padding_mode="reflection",
                         align_corners=True).clamp(0, 1)


def _warp(x, amount, cell):
    """Moves pixels by up to about `amount` px, smoothly."""
    n, _, h, w = x.shape
    d = (_noise(x, cell, channels=2) - 0.5) * 2 * amount
    ys = torch.linspace(-1, 1, h, device=x.device).view(1, h, 1)
    xs = torch.linspace(-1, 1, w, device=x.device).view(1, 1, w)
    g = torch.stack([xs + d[:, 0] * 2 / w, ys + d[:, 1] * 2 / h], -1)
    return F.grid_sample(x, g, mode="bilinear", padding_mode="border", align_corners=True)


def _saturate(x, s):
    y = luma(x)
    return y + (x - y) * s


def _hue(x, angle):
    """Turns the hue by angle [n,1,1,1] in radians (in YIQ)."""
    r, g, b = x[:, 0:1], x[:, 1:2], x[:, 2:3]
    y = luma(x)
    i = 0.596 * r - 0.274 * g - 0.322 * b
    q = 0.211 * r - 0.523 * g + 0.312 * b
    c, s = torch.cos(angle), torch.sin(angle)
    i, q = i * c - q * s, i * s + q * c
    return torch.cat([y + 0.956 * i + 0.621 * q, y - 0.272 * i - 0.647 * q,
                      y - 1.106 * i + 1.703 * q], 1)


def _kuwahara(x, r, sharp=4.0):
    """The mean of the calmest of four round windows about r+1 wide, chosen softly."""
    n, _, h, w = x.shape
    y = luma(x)
    o = (r + 1) // 2
    m = _pad(gaussian(torch.cat([x, y, y * y], 1), r / 2.6, 2.0), o)
    total, out = 0, 0
    for a in (0, 2 * o):
        for b in (0, 2 * o):
            q = m[..., a:a + h, b:b + w]
            weight = 1e-3 / ((q[:, 4:5] - q[:, 3:4] ** 2).clamp(min=0) + 2e-4)
            weight = weight * weight * weight if sharp > 5 else weight * weight
            total = total + weight
            out = out + weight * q[:, :3]
    return out / total


def _gradient(y):
    p = F.pad(y, (1, 1, 1, 1), mode="replicate")
    return (p[..., 1:-1, 2:] - p[..., 1:-1, :-2]) / 2, (p[..., 2:, 1:-1] - p[..., :-2, 1:-1]) / 2


def _edge(y, sigma):
    """Strength of edges about sigma wide: about 0.4 times a step's height at its middle."""
    dx, dy = _gradient(gaussian(y, sigma))
    return sigma * torch.sqrt(dx * dx + dy * dy + 1e-12)


def _rows(x):
    """0 at the top to 1 at the bottom: [1,1,H,1]."""
    return torch.linspace(0, 1, x.shape[2], device=x.device).view(1, 1, -1, 1)


def _columns(x):
    return torch.linspace(0, 1, x.shape[3], device=x.device).view(1, 1, 1, -1)


def _radius(x, cx=0.5, cy=0.5):
    """Distance from a place, 1 at the middle of the sides."""
    return torch.sqrt(((_rows(x) - cy) * 2) ** 2 + ((_columns(x) - cx) * 2) ** 2)


def _posterise(y, levels, soft=0.35):
    """Flat tones with soft steps."""
    t = y * levels
    f = torch.floor(t)
    return (f + _step(0.5 - soft, 0.5 + soft, t - f)) / levels


def _scale(x):
    """Brushes grow with the square root of the picture's size; 1 at 256 rows."""
    return max(0.7, min(2.0, math.sqrt(min(x.shape[-2:]) / 256)))


def _fine(x):
    """Smoothing grows with the picture's size itself, so that small pictures keep their figures."""
    return max(0.5, min(2.0, min(x.shape[-2:]) / 256))


def _ramp(t, *colours):
    """Piecewise linear through colours [.,3,1,1] for t in 0..1: [n,3,H,W]."""
    k = len(colours) - 1
    out = colours[0] + 0 * t
    for i in range(k):
        out = out + (colours[i + 1] - colours[i]) * (t * k - i).clamp(0, 1)
    return out


# ---------------------------------------------------------------- styles

def _photo(x):
    x = _saturate(x, _u(x, 0.92, 1.1))
    x = (x - 0.5) * _u(x, 0.95, 1.05) + 0.5
    return x * _u(x, 0.97, 1.03, 3) + _u(x, -0.02, 0.02)


def _oil(x):
    s = _scale(x)
    f = _fine(x)
    k = _lerp(_kuwahara(x, round(4 * f)), _kuwahara(x, round(6.5 * f)), _u(x, 0.1, 0.9))
    # Strokes along the edges: streaks of four directions, weighed by the structure tensor.
    y = luma(k)
    dx, dy = _gradient(y)
    small = F.avg_pool2d(torch.cat([dx * dx, dy * dy, dx * dy], 1), 4, ceil_mode=True)
    t = F.interpolate(gaussian(small, 2.0), size=x.shape[2:], mode="bilinear", align_corners=False)
    angle = 0.5 * torch.atan2(2 * t[:, 2:3], t[:, 0:1] - t[:, 1:2]) + math.pi / 2
    base = _u(x, 0, math.pi)
    calm = torch.exp(-(t[:, 0:1] + t[:, 1:2]) / 2e-4)
    angle = torch.where(calm > 0.5, base + (_noise(x, 48) - 0.5) * 1.6, angle)
    stroke, total = 0, 0
    for i in range(4):
        a = i * math.pi / 4
        wgt = torch.cos(angle - a).pow(6) + 1e-3
        stroke = stroke + wgt * _turned(x, 20 * s, 5.5 * s, a)
        total = total + wgt
    stroke = (stroke / total - 0.5) * _u(x, 0.45, 0.75)
    relief = stroke - F.pad(stroke, (2, 0, 2, 0), mode="replicate")[..., :-2, :-2]
    k = (_saturate(k, _u(x, 1.3, 1.7)) - 0.45) * _u(x, 1.05, 1.2) + 0.46
    k = _hue(k, _u(x, -0.12, 0.12)) * _tint(x, 1.04, 1.0, 0.92, 0.03)
    return k * (1 + 0.5 * stroke) + 0.12 * stroke + 0.3 * relief


def _watercolor(x):
    s = _scale(x)
    f = _fine(x)
    k = _lerp(_kuwahara(x, round(4 * f)), gaussian(x, 1.6 * s), _u(x, 0.1, 0.4))
    k = _warp(k, 2.8 * f, 14 * s)
    edge = _edge(luma(k), 1.5 * s)
    k = _hue(_saturate(k, _u(x, 1.0, 1.35)), _u(x, -0.15, 0.15))
    pigment = 1 - k.clamp(0, 1)                       # how much colour is on the paper
    wash = 0.55 * _noise(x, 30 * s) + 0.3 * _noise(x, 12 * s) + 0.15 * _noise(x, 6 * s)
    pigment = pigment * _u(x, 0.55, 0.75) * (0.62 + 0.76 * wash)
    pigment = pigment * (0.75 + 0.35 * _step(0.15, 0.6, pigment))
    pigment = pigment + (0.9 * pigment + 0.12) * _step(0.02, 0.14, edge) * _u(x, 0.35, 0.6)
    d = torch.minimum(torch.minimum(_rows(x), 1 - _rows(x)) * 1.0,
                      torch.minimum(_columns(x), 1 - _columns(x)) * 1.4)
    fade = _step(-0.01, 0.09, d + (wash - 0.5) * 0.12)
    pigment = pigment * _lerp(1, fade, _u(x, 0.2, 0.9))
    return _tint(x, 0.985, 0.975, 0.94, 0.012) - pigment


def _flat(x):
    """Regions of flat colour, and the luma that lines are drawn from, which is a little finer."""
    f = _fine(x)
    k = _kuwahara(x, round(3 * f))
    return _kuwahara(k, round(3.5 * f), 6.0), luma(k)


def _lines(y, sigma, lo, hi):
    """Lines about 2 or 3 px wide: on the dark side of edges; fewer where everything is edges."""
    a, b = gaussian(y, sigma), gaussian(y, sigma * 1.9)
    edge = _edge(y, sigma)
    busy = 0.7 + 7.0 * _wide(edge, 8.0)
    return torch.maximum(_step(lo, hi, (b - a) / busy), _step(2.6 * lo, 2.6 * hi, edge / busy))


def _cartoon(x):
    s = _scale(x)
    x = _hue(_saturate(x, _u(x, 1.25, 1.6)), _u(x, -0.12, 0.12)).clamp(0, 1)
    x = (x.pow(_u(x, 0.62, 0.88)) * 0.93 + 0.07) * _tint(x, 1, 1, 1, 0.06)
    k, fine = _flat(x)
    y = luma(k)
    k = k * ((_posterise(y, 5.0, 0.22) + 0.05) / (y + 0.05))
    ink = _lines(fine, 1.25 * s, 0.025, 0.055) * _u(x, 0.75, 0.95)
    return gaussian(_lerp(k, _tint(x, 0.12, 0.07, 0.1, 0.04), ink), 0.6)


def _comic(x):
    s = _scale(x)
    x = _hue(_saturate(x, _u(x, 1.7, 2.3)), _u(x, -0.2, 0.2)).clamp(0, 1)
    k, fine = _flat(x)
    y = luma(k)
    k = (gaussian(k, 0.9) - 0.44) * 1.35 + _u(x, 0.44, 0.56)
    k = k * _tint(x, 1, 1, 1, 0.09)
    k = _posterise(k.clamp(0, 1), 3.0, 0.2)
    k = _saturate(k, 1.35).clamp(0, 1)
    k = _ramp(luma(k), _rgb(x, 0, 0, 0), _tint(x, 0.05, 0.12, 0.3, 0.04), _rgb(x, 0.35, 0.3, 0.3),
              _rgb(x, 0, 0, 0), _tint(x, 0.1, 0.02, -0.2, 0.05)) * 0.35 + k
    black = 1 - _step(0.07, 0.16, y + (_u(x, -0.03, 0.03)))
    ink = torch.maximum(_lines(_lerp(fine, y, 0.75), 1.7 * s, 0.025, 0.055), black * 0.9) * _u(x, 0.9, 1.0)
    return gaussian(_lerp(k, _rgb(x, 0.03, 0.02, 0.05), ink), 0.7)


def _night(x):
    x = _lerp(x, gaussian(x, 0.8), 0.6)
    y = luma(x)
    around = _wide(y, 0.12 * min(x.shape[2:]))
    dark = (_u(x, 0.38, 0.6) * y.pow(1.25)) / (0.72 + 0.55 * around)
    hue = _saturate(x, 0.45) / (y + 0.08) * (y + 0.02)
    tint = _tint(x, 0.42, 0.62, 1.25, 0.13)
    night = _lerp(dark * tint, dark * hue / (y + 0.1) * tint, 0.45)
    night = night + _tint(x, 0.012, 0.022, 0.075, 0.012)
    night = night * (0.72 + 0.28 * _rows(x)) + _noise(x, 60) * _rgb(x, 0.0, 0.008, 0.03)
    lamp = _step(0.62, 0.95, y) * _step(0.1, 0.34, y - around)
    glow = gaussian(lamp, 2.0) * 0.5 + _wide(lamp, 9.0) * 0.9
    warm = _tint(x, 1.0, 0.74, 0.38, 0.08)
    return night + (lamp * 0.75 + glow * 0.55) * warm * _u(x, 0.7, 1.0)


def _winter(x):
    x = _lerp(x, gaussian(x, 0.8), 0.5)
    y = luma(x)
    r, g, b = x[:, 0:1], x[:, 1:2], x[:, 2:3]
    plant = _step(-0.01, 0.14, torch.maximum(g - b, (r + g) / 2 - b - 0.03) )
    vivid = _step(0.35, 0.6, r - g)                   # skin and clothes keep some colour
    plant = plant * (1 - 0.75 * vivid)
    ground = _step(0.25, 0.85, _rows(x) + 0.16 * (_noise(x, 40) - 0.5))
    snow = (plant * 0.85 + 0.55 * ground * _step(0.12, 0.5, y)).clamp(0, 1) * _u(x, 0.85, 1.0)
    snow = gaussian(snow, 1.2)
    cold = _saturate(x, _u(x, 0.3, 0.55)) * _tint(x, 0.9, 1.0, 1.13, 0.05)
    cold = 1 - (1 - cold.clamp(0, 1)).pow(_u(x, 1.25, 1.5))
    white = 1 - (1 - y).pow(2.6)
    white = _ramp(white, _tint(x, 0.2, 0.27, 0.38, 0.03), _tint(x, 0.66, 0.77, 0.9, 0.03),
                  _rgb(x, 0.98, 0.99, 1.0))
    out = _lerp(cold, white, snow)
    haze = _u(x, 0.0, 0.24) * (1 - 0.5 * ground)
    return _lerp(out, _rgb(x, 0.9, 0.94, 0.99), haze)


def _autumn(x):
    x = _lerp(x, gaussian(x, 0.8), 0.4)
    y = luma(x)
    r, g, b = x[:, 0:1], x[:, 1:2], x[:, 2:3]
    leaf = _step(0.0, 0.14, torch.minimum(g - b, g - r + 0.22))
    leaf = gaussian(leaf, 1.0)
    t = (y * 1.15 + (_noise(x, 26) - 0.5) * 0.35 + _u(x, -0.08, 0.08)).clamp(0, 1)
    leaves = _ramp(t, _tint(x, 0.14, 0.03, 0.03, 0.02), _tint(x, 0.66, 0.17, 0.05, 0.04),
                   _tint(x, 0.95, 0.47, 0.08, 0.05), _tint(x, 1.0, 0.78, 0.25, 0.05),
                   _rgb(x, 1, 0.95, 0.7))
    leaves = leaves * (0.45 + 0.75 * y / (t + 0.12)).clamp(0.6, 1.25)
    rest = _saturate(x, 0.85) * _tint(x, 1.08, 0.95, 0.78, 0.04)
    rest = _lerp(rest, _ramp(y, _rgb(x, 0.1, 0.04, 0.02), _tint(x, 0.75, 0.4, 0.18, 0.04),
                             _rgb(x, 1, 0.95, 0.84)), _u(x, 0.2, 0.34))
    return _lerp(rest, leaves, leaf * _u(x, 0.88, 1.0))


def _vintage(x):
    x = _lerp(x, gaussian(x, 1.2), _u(x, 0.5, 1.0))
    y = luma(x).pow(0.8) * _u(x, 0.78, 0.88) + 0.13
    sepia = _ramp(y.clamp(0, 1), _tint(x, 0.2, 0.13, 0.08, 0.02), _tint(x, 0.62, 0.47, 0.31, 0.025),
                  _tint(x, 0.96, 0.88, 0.7, 0.02))
    out = _lerp(sepia, _saturate(x, 0.5) * _rgb(x, 0.95, 0.85, 0.65) + 0.06, _u(x, 0.0, 0.22))
    out = out * (1 + (_noise(x, 70) - 0.5) * 0.16)
    v = _step(0.55, 1.45, _radius(x))
    return out * (1 - _u(x, 0.45, 0.7) * v)


def _sunset(x):
    x = _lerp(x, gaussian(x, 0.8), 0.4)
    y = luma(x)
    horizon = _u(x, 0.42, 0.62)
    h = (_rows(x) / horizon)
    sky = _ramp((h / 1.3).clamp(0, 1), _tint(x, 0.42, 0.2, 0.5, 0.07), _tint(x, 0.95, 0.4, 0.42, 0.06),
                _tint(x, 1.0, 0.62, 0.25, 0.05), _tint(x, 0.95, 0.5, 0.25, 0.05))
    up = 1 - _step(0.75, 1.35, h)
    bright = _step(0.3, 0.8, y)
    # Light comes through in bright places above the horizon; below, a warm grading.
    ground = _ramp(y, _tint(x, 0.09, 0.03, 0.12, 0.02), _tint(x, 0.55, 0.25, 0.26, 0.03),
                   _tint(x, 1.0, 0.6, 0.32, 0.04), _rgb(x, 1.0, 0.88, 0.62))
    ground = _lerp(ground, _saturate(x, 1.1) * _tint(x, 0.98, 0.62, 0.48, 0.05), 0.45)
    lit = sky * (0.35 + 0.75 * y) + 0.1 * (y - 0.5)
    out = _lerp(ground, lit, up * (0.45 + 0.5 * bright))
    cx = _u(x, 0.15, 0.85)
    d = torch.sqrt(((_rows(x) - horizon * 0.9) * 1.0) ** 2
                   + ((_columns(x) - cx) * x.shape[3] / x.shape[2]) ** 2)
    glow = torch.exp(-d / 0.22) * (0.3 + 0.7 * bright) * _u(x, 0.35, 0.7)
    out = out.clamp(0, 1)
    return 1 - (1 - out) * (1 - glow * _tint(x, 1.0, 0.66, 0.28, 0.05))


def _noir(x):
    x = gaussian(x, 0.8)
    y = luma(x * _u(x, 0.8, 1.2, 3))
    around = _wide(y, 0.2 * min(x.shape[2:]))
    t = 0.5 + (y - _lerp(0.45, around, 0.5)) * _u(x, 1.15, 1.5)
    t = _step(0.0, 1.0, t)
    v = 1 - _u(x, 0.4, 0.65) * _step(0.5, 1.4, _radius(x, _u(x, 0.4, 0.6), _u(x, 0.4, 0.6)))
    return (t * v * 0.97 + 0.015) * _u(x, 0.985, 1.015, 3)


def _neon(x):
    s = _scale(x)
    y = gaussian(luma(x), 1.2 * s)
    edge = 0.4 * _edge(y, 1.6 * s) + 0.6 * _edge(y, 3.6 * s)
    around = _wide(edge, 16 * s)
    line = _step(0.03, 0.2, edge / (0.3 + 9.0 * around))
    line = line * _step(0.004, 0.03, edge)
    which = _step(0.4, 0.6, 0.55 * _noise(x, 40 * s) + 0.45 * _wide(x[:, 0:1] - x[:, 2:3], 6.0)
                  + 0.22 + _u(x, -0.1, 0.1))
    magenta, cyan = _tint(x, 1.0, 0.12, 0.78, 0.1), _tint(x, 0.05, 0.88, 1.0, 0.1)
    light = _lerp(cyan, magenta, which)
    base = _ramp(y, _tint(x, 0.03, 0.01, 0.09, 0.015), _tint(x, 0.13, 0.06, 0.34, 0.03),
                 _tint(x, 0.42, 0.2, 0.7, 0.05))
    lit = line * light
    glow = gaussian(lit, 2.2 * s) * 0.7 + _wide(lit, 7.0 * s) * 0.45
    core = gaussian(line, 0.9)
    return base * _u(x, 0.8, 1.1) + (glow + 0.45 * core * light) * _u(x, 0.85, 1.1) + 0.18 * core.pow(3)


def _pastel(x):
    s = _scale(x)
    k = _lerp(x, _kuwahara(x, round(4 * s)), 0.6)
    bloom = _wide(k, 7.0 * s)
    k = 1 - (1 - k) * (1 - bloom * _u(x, 0.15, 0.3))
    k = _lerp(k, gaussian(k, 2.0), 0.45)
    k = _hue(k, _u(x, -0.2, 0.2))
    y = luma(k)
    tone = _ramp(y.clamp(0, 1), _tint(x, 0.52, 0.4, 0.6, 0.04), _tint(x, 0.92, 0.68, 0.76, 0.04),
                 _tint(x, 0.8, 0.93, 0.88, 0.04), _tint(x, 1.0, 0.98, 0.95, 0.02))
    colour = (k - y) * _u(x, 0.55, 0.8)
    return tone + colour


def _underwater(x):
    k = gaussian(x, 1.3)
    y = luma(k)
    y = _lerp(y, _wide(y, 8.0), 0.25)
    y = 0.12 + y * _u(x, 0.66, 0.8)
    deep = _tint(x, 0.0, 0.16, 0.32, 0.03)
    out = _ramp(y.clamp(0, 1), deep, _tint(x, 0.03, 0.5, 0.62, 0.05), _tint(x, 0.5, 0.95, 0.92, 0.05))
    out = out + (k - luma(k)) * _rgb(x, 0.22, 0.38, 0.38)
    c = min(x.shape[2:]) / 7
    web = 1 - (2 * _warp(_noise(x, c * 0.8, c * 1.2), c * 0.25, c * 0.8) - 1).abs()
    web2 = 1 - (2 * _noise(x, c * 0.7, c) - 1).abs()
    caustic = (web.pow(4) + web2.pow(4)) * 0.55
    ray = _turned(x, 4 * c, 0.7 * c, _u(x, 1.2, 1.9))
    depth = 1 - _rows(x)
    out = out * (0.72 + 0.4 * depth) + _tint(x, 0.16, 0.34, 0.32, 0.03) * (
        0.62 * caustic * (0.45 + 0.55 * y) + 0.55 * (ray - 0.35).clamp(min=0) * depth)
    return out


_FILTERS = [_photo, _oil, _watercolor, _cartoon, _night, _winter, _autumn, _vintage, _sunset, _noir,
            _neon, _pastel, _comic, _underwater]


@torch.no_grad()
def apply(rgb, style):
    """rgb [B,3,H,W] in 0..1, style [B] int64 (best on the CPU) -> [B,3,H,W] in 0..1."""
    with torch.autocast(rgb.device.type, enabled=False):
        # values a rounding error outside of 0..1 become NaN in the power functions of some styles
        return _apply(rgb.float().clamp(0, 1), style)


def _apply(rgb, style):
    groups = {}
    for row, s in enumerate(style.tolist()):
        groups.setdefault(s, []).append(row)
    if len(groups) == 1:
        return _FILTERS[next(iter(groups))](rgb).clamp(0, 1)
    out = torch.empty_like(rgb)
    for s, rows in groups.items():
        index = torch.tensor(rows).to(rgb.device, non_blocking=True)
        out[index] = _FILTERS[s](rgb[index]).clamp(0, 1)
    return out


# ---------------------------------------------------------------- soft edges

@torch.no_grad()
def soft_edges(rgb, sigmas=(1.0, 2.0, 4.0), low=2.0, high=8.0, gain=16.0, steps=10):
    """org.diffsynth.control.SoftEdges.DEFAULT: [B,3,H,W] in 0..1 -> [B,1,H,W] in 0..1."""
    y = luma(rgb.float().clamp(0, 1)) * 255
    strength = 0
    for sigma in sigmas:
        with torch.autocast(rgb.device.type, enabled=False):
            dx, dy = _gradient(gaussian(y, sigma, 4.0))
        strength = strength + (sigma / len(sigmas)) * torch.sqrt(dx * dx + dy * dy)
    candidate = (strength > low).float()
    kept = (strength > high).float()
    for _ in range(steps):
        kept = F.max_pool2d(kept, 3, 1, 1) * candidate
    return kept * (1 - torch.exp((low - strength) / gain)).clamp(0, 1)


# ---------------------------------------------------------------- painted scenes

_SKIES = [  # top, horizon
    ((0.25, 0.50, 0.77), (0.95, 0.85, 0.72)), ((0.16, 0.42, 0.82), (0.72, 0.88, 0.98)),
    ((0.25, 0.50, 0.77), (0.95, 0.85, 0.72)), ((0.22, 0.50, 0.88), (0.60, 0.78, 0.96)),
    ((0.40, 0.65, 0.95), (0.98, 0.96, 0.90)), ((0.55, 0.75, 0.85), (0.98, 0.80, 0.75)),
    ((0.30, 0.18, 0.45), (0.99, 0.60, 0.35)), ((0.60, 0.25, 0.45), (1.00, 0.80, 0.45)),
    ((0.04, 0.06, 0.20), (0.20, 0.28, 0.50)), ((0.62, 0.66, 0.72), (0.88, 0.88, 0.88)),
    ((0.10, 0.45, 0.50), (0.85, 0.95, 0.80)), ((0.75, 0.55, 0.85), (1.00, 0.90, 0.85))]
_HILLS = [  # light, dark
    ((0.49, 0.59, 0.72), (0.35, 0.48, 0.61)), ((0.31, 0.50, 0.34), (0.18, 0.35, 0.27)),
    ((0.49, 0.59, 0.72), (0.35, 0.48, 0.61)), ((0.31, 0.50, 0.34), (0.18, 0.35, 0.27)),
    ((0.55, 0.50, 0.68), (0.38, 0.33, 0.52)), ((0.78, 0.55, 0.36), (0.58, 0.36, 0.24)),
    ((0.92, 0.94, 0.98), (0.55, 0.64, 0.76)), ((0.62, 0.72, 0.35), (0.36, 0.50, 0.22)),
    ((0.35, 0.62, 0.60), (0.18, 0.40, 0.44)), ((0.50, 0.42, 0.38), (0.30, 0.25, 0.25))]
_GROUNDS = [
    ((0.61, 0.71, 0.29), (0.30, 0.48, 0.18)), ((0.55, 0.70, 0.22), (0.28, 0.50, 0.12)),
    ((0.61, 0.71, 0.29), (0.30, 0.48, 0.18)), ((0.45, 0.66, 0.25), (0.20, 0.42, 0.16)),
    ((0.61, 0.71, 0.29), (0.30, 0.48, 0.18)), ((0.92, 0.82, 0.60), (0.76, 0.62, 0.42)),
    ((0.35, 0.60, 0.82), (0.14, 0.34, 0.60)), ((0.95, 0.97, 1.00), (0.74, 0.82, 0.92)),
    ((0.68, 0.67, 0.66), (0.48, 0.48, 0.50)), ((0.80, 0.50, 0.30), (0.58, 0.32, 0.20)),
    ((0.85, 0.75, 0.35), (0.62, 0.50, 0.20)), ((0.30, 0.62, 0.62), (0.10, 0.38, 0.45))]
_PATHS = [((0.86, 0.79, 0.64), (0.66, 0.55, 0.40)), ((0.70, 0.70, 0.72), (0.50, 0.50, 0.54)),
          ((0.80, 0.55, 0.42), (0.60, 0.38, 0.28)), ((0.45, 0.65, 0.85), (0.25, 0.45, 0.70))]
_INK = (0.105, 0.10, 0.17)


class _Canvas:
    """A batch of pictures under the brush; places are in heights from the middle, y downward."""

    def __init__(self, n, h, w, device):
        self.n, self.h, self.w, self.device = n, h, w, device
        self.x = ((torch.arange(w, device=device) + 0.5 - w / 2) / h).view(1, 1, 1, w).float()
        self.y = ((torch.arange(h, device=device) + 0.5 - h / 2) / h).view(1, 1, h, 1).float()
        self.px = 1.0 / h
        self.half = w / h / 2
        self.like = torch.empty(n, 1, h, w, device=device)
        self.img = torch.zeros(n, 3, h, w, device=device)
        self.painted = (self.r(0, 1) < 0.5).float()
        self.inky = self.painted * (self.r(0, 1) < 0.8).float()
        self.ink_width = self.r(0.004, 0.008)
        self.ink = _const(_INK, device).view(1, 3, 1, 1)
        self.worn = self.noise(9, 9)
        self.near = torch.zeros(n, 1, 1, 1, device=device)   # of what is drawn next: 0 far, 1 near
        self.depth = torch.zeros(n, 1, h, w, device=device)  # as depth ControlNets see it: near is bright
        self.pose = torch.zeros(n, 3, h, w, device=device)   # OpenPose drawing

    def r(self, lo, hi, channels=1):
        return torch.rand(self.n, channels, 1, 1, device=self.device) * (hi - lo) + lo

    def noise(self, rows, columns, octaves=2, keep=0.5):
        """Smooth noise; rows and columns of bumps over one height, for the first octave."""
        out, weight, total = 0, 1.0, 0.0
        for _ in range(octaves):
            gh, gw = max(2, round(rows) + 1), max(2, round(columns * 2 * self.half) + 1)
            if gh > self.h / 3 and total:  # nothing finer than about 4 px
                break
            g = torch.rand(self.n, 1, gh, gw, device=self.device)
            out = out + weight * F.interpolate(g, size=(self.h, self.w), mode="bicubic",
                                               align_corners=True)
            total, weight, rows, columns = total + weight, weight * keep, rows * 2, columns * 2
        return (out / total).clamp(0, 1)

    def profile(self, columns, octaves=4):
        """Smooth noise along x only: [n,1,1,w]."""
        out, weight, total = 0, 1.0, 0.0
        for _ in range(octaves):
            g = torch.rand(self.n, 1, max(3, round(columns * 2 * self.half) + 2), device=self.device)
            out = out + weight * F.interpolate(g, size=self.w, mode="linear", align_corners=True)
            total, weight, columns = total + weight, weight * 0.5, columns * 2
        out = out / total
        return F.avg_pool1d(F.pad(out, (2, 2), mode="replicate"), 5, 1).unsqueeze(2)

    def pick(self, table, jitter=0.06):
        """Two colours [n,3,1,1] from a table."""
        t = _const(tuple(table), self.device)
        i = (torch.rand(self.n, device=self.device) * len(table)).long().clamp(max=len(table) - 1)
        both = t[i] + (torch.rand(self.n, 2, 3, device=self.device) - 0.5) * 2 * jitter
        both = both.clamp(0, 1)[..., None, None]
        return both[:, 0], both[:, 1]

    def vivid(self):
        """A strong random colour."""
        hue = self.r(0, 1)
        k = _const((0.0, 2 / 3, 1 / 3), self.device).view(1, 3, 1, 1)
        c = ((((hue + k) % 1) * 6 - 3).abs() - 1).clamp(0, 1)
        s, v = self.r(0.45, 1.0), self.r(0.45, 1.0)
        return v * (1 - s + s * c)

    def over(self, colour, alpha):
        self.img = self.img + (colour - self.img) * alpha

    def shape(self, colour, inside, show, ink=True):
        """Fills where inside (in heights) > 0, with a soft rim and perhaps an ink line."""
        cover = _step(-0.75 * self.px, 0.75 * self.px, inside) * show
        if ink:
            line = 1 - _step(0.0, 1.0, (inside - self.ink_width) / 0.006)
            colour = colour + (self.ink - colour) * (line * 0.9 * self.inky)
        self.over(colour, cover)
        self.depth = self.depth + (self.near - self.depth) * cover

    def shadow(self, x, y, size, show, flat=0.3):
        d = ((self.x - x - 0.2 * size) / (size * 1.2)) ** 2 + ((self.y - y) / (size * flat)) ** 2
        core = (1 - d).clamp(min=0)
        self.img = self.img * (1 - 0.55 * core * core * show)


def _sky(c, horizon):
    top, low = c.pick(_SKIES)
    t = ((c.y + 0.5) / (horizon + 0.5)).clamp(0, 1)
    c.img = top + (low - top) * t.pow(c.r(1.0, 2.2))
    dark = 1 - luma(top)
    sun = (c.r(0, 1) < 0.55).float()
    sx, sy, size = c.r(-c.half, c.half), c.r(-0.45, 0.0), c.r(0.03, 0.1)
    d = torch.sqrt((c.x - sx) ** 2 + (c.y - sy) ** 2)
    colour = torch.lerp(c.r(0.92, 1.0, 3) * _const((1, 0.9, 0.62), c.device).view(1, 3, 1, 1),
                        torch.full_like(top, 0.95), c.r(0, 1).round())
    c.img = c.img + colour * torch.exp(-d / (size * 2.2)) * 0.45 * sun
    c.over(colour, _step(-c.px, c.px, size - d) * sun)
    cloud = c.noise(3.5, 1.8, 4)
    cover = _step(0.0, 1.0, (cloud - c.r(0.46, 0.7)) / c.r(0.03, 0.16))
    white = torch.lerp(torch.ones_like(top), low, 0.35) * (1 - 0.45 * (dark - 0.4).clamp(0, 0.6))
    shade = 1 - 0.16 * _step(0.55, 0.8, cloud)
    c.over(white * shade, 0.85 * cover * (c.r(0, 1) < 0.8).float())


def _hills_layer(c, base, height, show, sky):
    light, dark = c.pick(_HILLS)
    light, dark = torch.lerp(light, sky, 0.25), torch.lerp(dark, sky, 0.15)
    inside = c.y - (base - height * (c.profile(2.2) - 0.3))
    colour = dark + (light - dark) * _step(0.3, 0.7, c.noise(14, 10, 2))
    colour = colour * (0.92 + 0.5 * (0.12 - inside).clamp(0, 0.2))
    c.shape(colour, inside, show)


def _ground(c, horizon):
    light, dark = c.pick(_GROUNDS)
    wave = c.noise(36, 5, 1)
    grass = 0.5 * c.noise(24, 16, 2) + 0.5 * c.noise(8, 4, 2)
    water = (c.r(0, 1) < 0.2).float()
    t = torch.lerp(grass, wave, water)
    crisp = c.r(0.06, 0.2)
    colour = dark + (light - dark) * _step(0.0, 1.0, (t - 0.5) / crisp * 0.5 + 0.5)
    depth = (c.y - horizon + 0.04).clamp(min=0.02)
    # A path that widens towards the viewer.
    plight, pdark = c.pick(_PATHS)
    middle = c.r(-0.4, 0.5) + c.r(-0.4, 0.4) * torch.sin(depth * c.r(3, 7)) - depth * c.r(-0.6, 0.6)
    across = (c.x - middle).abs() / (0.04 + depth * c.r(0.18, 0.4)) + 0.3 * (c.noise(12, 12, 1) - 0.5)
    path = (1 - _step(0.9, 1.15, across)) * (c.r(0, 1) < 0.6).float() * (1 - water)
    pathed = pdark + (plight - pdark) * _step(0.3, 0.7, c.noise(30, 30, 1))
    colour = colour + (pathed - colour) * path
    flower = _step(0.0, 0.1, c.noise(38, 28, 1) - c.r(0.8, 1.02)) * (1 - path) * (1 - water)
    bloom = _const(((0.96, 0.89, 0.42), (0.92, 0.94, 0.96)), c.device).view(2, 3, 1, 1)
    bloom = torch.lerp(bloom[:1], bloom[1:], _step(0.45, 0.55, c.noise(6, 6, 1)))
    bloom = torch.lerp(bloom, c.vivid() * 0.6 + 0.4, (c.r(0, 1) < 0.3).float())
    colour = colour + (bloom - colour) * flower
    colour = colour * (0.86 + 0.3 * depth.clamp(max=0.5))
    inside = c.y - horizon + 0.012 * (c.profile(12, 2) - 0.5) * (1 - water)
    c.near = _nearness(c, c.y, horizon)
    c.shape(colour, inside, 1.0, ink=False)


def _nearness(c, y, horizon):
    """Nearness of a place on the ground: 0.25 at the horizon, 1 at the lower edge."""
    return 0.25 + 0.75 * ((y - horizon) / (0.5 - horizon)).clamp(0, 1)


def _toy(c, x, y, size, show, grounded):
    """A ball, crate or diamond with stripes, checks or planks."""
    kind, pat = c.r(0, 3).floor(), c.r(0, 3).floor()
    if grounded:
        c.shadow(x, y + size * 0.95, size, show)
    a = c.r(-math.pi, math.pi) * torch.where(kind == 1, c.r(0.05, 0.2), torch.ones_like(kind))
    a = torch.where(kind == 2, c.r(-0.3, 0.3), a)
    dx, dy = c.x - x, c.y - y
    u = (dx * torch.cos(a) + dy * torch.sin(a)) / size
    v = (dy * torch.cos(a) - dx * torch.sin(a)) / size
    ball = 1 - torch.sqrt(u * u + v * v + 1e-9)
    crate = 0.82 - torch.maximum(u.abs(), v.abs())
    diamond = (0.9 - (u.abs() * 1.25 + v.abs() * 0.85)) / 1.5
    inside = torch.where(kind == 0, ball, torch.where(kind == 1, crate, diamond)) * size
    aa = 9 * c.px / size + 0.03                       # one pixel on the pattern's own scale
    f = c.r(5, 10)
    stripes = _step(0.0, 1.0, torch.sin(f * u) / aa * 0.5 + 0.5)
    checks = _step(0.0, 1.0, torch.sin(f * u) * torch.sin(f * v) / aa * 0.5 + 0.5)
    pv = v * 2.5
    planks = _step(0.0, 1.0, ((pv - pv.round()).abs() - 0.08) / (3 * c.px / size + 0.03) + 0.5)
    mask = torch.where(pat == 0, stripes, torch.where(pat == 1, checks, planks))
    one, two = c.vivid(), c.vivid()
    two = torch.lerp(two * 0.7, torch.full_like(two, 0.96), (c.r(0, 1) < 0.25).float())
    wood = ((kind == 1) & (pat == 2)).float()
    one = torch.lerp(one, _const((0.79, 0.58, 0.33), c.device).view(1, 3, 1, 1), wood)
    two = torch.lerp(two, _const((0.42, 0.27, 0.14), c.device).view(1, 3, 1, 1), wood)
    round_ = (kind == 0).float()
    lit = (-dx * 0.55 - dy * 0.8) / size * (0.45 + 0.55 * round_)
    colour = (two + (one - two) * mask) * (0.85 + 0.3 * c.worn) * (0.82 + 0.34 * lit).clamp(0.3, 1.4)
    gloss = (1 - 9 * ((dx / size + 0.35) ** 2 + (dy / size + 0.42) ** 2)).clamp(min=0) ** 2
    colour = colour + (1 - colour) * 0.65 * gloss * round_
    c.shape(colour, inside, show)


def _box(px, py, hx, hy):
    """Distance within a box around 0, positive inside (near enough outside)."""
    return torch.minimum(hx - px.abs(), hy - py.abs())


def _limb(c, x0, y0, x1, y1, r0, r1):
    """Inside distance of a limb from one point to another, thinning from r0 to r1."""
    bx, by = x1 - x0, y1 - y0
    px, py = c.x - x0, c.y - y0
    t = ((px * bx + py * by) / (bx * bx + by * by + 1e-9)).clamp(0, 1)
    return r0 + (r1 - r0) * t - torch.sqrt((px - t * bx) ** 2 + (py - t * by) ** 2 + 1e-12)


def _tree(c, x, y, size, show):
    """Stands at (x, y), about 2.4 sizes high: a round or a pointed crown."""
    c.shadow(x, y, size * 0.9, show, 0.22)
    dx, dy = (c.x - x) / size, (c.y - y) / size
    bark = _const((0.36, 0.25, 0.17), c.device).view(1, 3, 1, 1) * c.r(0.7, 1.4)
    c.shape(bark * (1 - 0.5 * dx.clamp(-0.4, 0.4)), _box(dx, dy + 0.6, 0.13, 0.62) * size, show)
    wob = (c.worn - 0.5) * 0.35
    blobs = [(0.0, -1.75, 0.62), (-0.48, -1.35, 0.5), (0.48, -1.3, 0.5), (0.0, -1.15, 0.55)]
    crown = None
    for bx, by, br in blobs:
        d = br - torch.sqrt((dx - bx - c.r(-0.1, 0.1)) ** 2 + (dy - by - c.r(-0.1, 0.1)) ** 2 + 1e-9)
        crown = d if crown is None else torch.maximum(crown, d)
    cone = torch.minimum((0.62 + (dy + 0.45) * 0.36) * 1.0 - dx.abs(), -0.45 - dy) * 0.9
    inside = torch.where(c.r(0, 1) < 0.35, cone, crown) + wob * 0.3
    leaf = _const((0.28, 0.55, 0.22), c.device).view(1, 3, 1, 1)
    leaf = torch.lerp(leaf, c.vivid(), c.r(0.0, 0.55)) * c.r(0.6, 1.2)
    shade = (0.95 + 0.3 * (-dx * 0.5 - (dy + 1.3) * 0.5)) * (0.72 + 0.55 * c.worn)
    c.shape(leaf * shade, inside * size, show)


def _house(c, x, y, size, show):
    """Stands at (x, y), with a roof, a door and two windows."""
    c.shadow(x, y, size * 1.15, show, 0.2)
    dx, dy = (c.x - x) / size, (c.y - y) / size
    wall = torch.lerp(c.vivid(), _const((0.92, 0.86, 0.76), c.device).view(1, 3, 1, 1),
                      c.r(0.3, 1.0))
    roof = torch.lerp(c.vivid(), _const((0.65, 0.25, 0.18), c.device).view(1, 3, 1, 1),
                      c.r(0.2, 1.0)) * 0.9
    ht = c.r(0.8, 1.3)
    c.shape(wall * (0.95 - 0.16 * dx) * (0.9 + 0.2 * c.worn), _box(dx, dy + ht / 2, 0.8, ht / 2) * size, show)
    pitch = c.r(0.7, 1.1)
    tri = torch.minimum((dy + ht + pitch) - dx.abs() * (pitch / 1.0), -ht - dy + 0.04) * 0.75
    door = c.vivid() * 0.65
    glass = torch.lerp(_const((0.4, 0.6, 0.75), c.device).view(1, 3, 1, 1),
                       _const((1.0, 0.85, 0.45), c.device).view(1, 3, 1, 1), c.r(0, 1).round())
    side = torch.where(c.r(0, 1) < 0.5, -1.0, 1.0)
    c.shape(door, _box(dx + 0.1 * side, dy + 0.27, 0.15, 0.29) * size, show)
    c.shape(glass, _box(dx - 0.45 * side, dy + 0.45, 0.16, 0.16) * size, show)
    c.shape(glass, _box(dx + 0.52 * side, dy + 0.45, 0.14, 0.16) * size, show)
    c.shape(roof * (0.85 + 0.3 * c.worn), tri * size, show)


_JOINTS = (0xFF0000, 0xFF5500, 0xFFAA00, 0xFFFF00, 0xAAFF00, 0x55FF00, 0x00FF00, 0x00FF55, 0x00FFAA,
           0x00FFFF, 0x00AAFF, 0x0055FF, 0x0000FF, 0x5500FF)
_LIMBS = ((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0))


def _skeleton(c, joints, show):
    """Draws OpenPose's body as a ControlNet sees it, 2 px wide limbs at 256 rows."""
    def paint(colour, dim, inside):
        rgb = [((colour >> k) & 255) / 255 * dim for k in (16, 8, 0)]
        cover = _step(-0.5 * c.px, 0.5 * c.px, inside) * show
        c.pose = c.pose + (_const(tuple(rgb), c.device).view(1, 3, 1, 1) - c.pose) * cover

    r = 2.0 / 256
    for i, (a, b) in enumerate(_LIMBS):
        paint(_JOINTS[i], 0.6, _limb(c, *joints[a], *joints[b], r, r))
    for j, (x, y) in joints.items():
        paint(_JOINTS[j], 1.0, r - torch.sqrt((c.x - x) ** 2 + (c.y - y) ** 2 + 1e-12))


def _figure(c, x, y, size, show):
    """A walking person whose feet stand at (x, y), about 2 sizes high."""
    c.shadow(x, y, size * 0.6, show, 0.25)
    k = size
    swing, lean = c.r(-0.4, 0.4), c.r(-0.05, 0.05)
    skin = _const((0.87, 0.66, 0.52), c.device).view(1, 3, 1, 1) * c.r(0.45, 1.1)
    shirt, trousers, hair = c.vivid(), c.vivid() * 0.6, c.r(0.05, 0.6, 1) * _const((1.0, 0.75, 0.5), c.device).view(1, 3, 1, 1)
    hip_y, neck_y = y - 0.92 * k, y - 1.55 * k
    top_x = x + lean * k
    lit = 0.92 + 0.25 * ((x - c.x) / k).clamp(-0.5, 0.5)
    for s in (-1, 1):
        fx = x + s * swing * k
        c.shape(trousers * (0.8 + 0.1 * s) * lit, _limb(c, x, hip_y, fx, y - 0.05 * k, 0.13 * k, 0.075 * k), show)
        c.shape(torch.full_like(skin, 0.12), _limb(c, fx, y - 0.03 * k, fx + 0.13 * k, y - 0.03 * k,
                                                   0.06 * k, 0.05 * k), show)
    bend, lift = c.r(0.1, 0.5), c.r(-0.2, 0.75)
    for s in (-1, 1):
        ex, ey = top_x - s * swing * 0.8 * k, neck_y + 0.36 * k
        hx, hy = ex + bend * 0.6 * k, ey + (0.26 - (lift.clamp(min=0) * 0.5 if s > 0 else 0)) * k
        if s > 0:
            c.shape(shirt * lit, _limb(c, x, hip_y - 0.02 * k, top_x, neck_y + 0.12 * k, 0.17 * k, 0.2 * k), show)
        c.shape(skin * lit, _limb(c, ex, ey, hx, hy, 0.06 * k, 0.055 * k), show)
        c.shape(shirt * (0.85 + 0.1 * s) * lit, _limb(c, top_x, neck_y + 0.06 * k, ex, ey, 0.085 * k, 0.07 * k), show)
    head = 0.165 * k
    d = head - torch.sqrt((c.x - top_x) ** 2 + (c.y - neck_y + 0.2 * k) ** 2 + 1e-12)
    c.shape(skin * lit, d, show)
    side = lambda dx, y: (top_x + dx * k, y)
    shoulder, hip = neck_y + 0.07 * k, hip_y
    joints = {0: (top_x, neck_y - 0.18 * k), 1: (top_x, shoulder)}
    for s, j in ((-1, 2), (1, 5)):
        ex, ey = top_x - s * swing * 0.8 * k, neck_y + 0.36 * k
        hx, hy = ex + bend * 0.6 * k, ey + (0.26 - (lift.clamp(min=0) * 0.5 if s > 0 else 0)) * k
        fx = x + s * swing * k
        joints.update({j: side(0.1 * s, shoulder), j + 1: (ex, ey), j + 2: (hx, hy),
                       j + 6: (x + 0.06 * s * k, hip), j + 7: ((x + fx) / 2, (hip + y - 0.05 * k) / 2),
                       j + 8: (fx, y - 0.05 * k)})
    _skeleton(c, joints, show)
    crop = torch.minimum(d + 0.02 * k, neck_y - 0.24 * k - c.y + 0.5 * (top_x - c.x).clamp(-0.2 * k, 0.2 * k))
    c.shape(hair.expand_as(skin) * lit, crop, show, ink=False)


@torch.no_grad()
def procedural(batch, height, width, device="cpu", controls=False):
    """Painted landscapes with toys, trees, houses and walkers: [B,3,H,W] in 0..1.

    With controls, also their depth [B,1,H,W] (near is bright) and the walkers' poses [B,3,H,W].
    """
    c = _Canvas(batch, height, width, torch.device(device))
    horizon = c.r(-0.08, 0.18)
    _sky(c, horizon)
    haze = c.img[:, :, : max(1, int(0.4 * height))].mean((2, 3), keepdim=True)
    crowd = c.r(0.45, 1.15)

    def show(p):
        return (c.r(0, 1) < p * crowd).float()

    def across():
        return c.r(-c.half * 0.95, c.half * 0.95)

    c.near = torch.full_like(c.near, 0.08)
    _hills_layer(c, horizon - 0.02, c.r(0.12, 0.4), (c.r(0, 1) < 0.6).float(), haze)
    c.near = c.near + 0.03
    _toy(c, across(), c.r(-0.42, -0.1), c.r(0.06, 0.16), show(0.55), False)
    c.near = torch.full_like(c.near, 0.14)
    _hills_layer(c, horizon + 0.0, c.r(0.08, 0.25), (c.r(0, 1) < 0.6).float(), haze)
    c.near = c.near + 0.03
    _toy(c, across(), c.r(-0.42, -0.05), c.r(0.05, 0.12), show(0.5), False)
    c.near = torch.full_like(c.near, 0.2)
    _hills_layer(c, horizon + 0.02, c.r(0.04, 0.16), (c.r(0, 1) < 0.8).float(), haze)
    _ground(c, horizon)
    near = 0.5 - horizon
    y = horizon + near * c.r(0.03, 0.2)
    c.near = _nearness(c, y, horizon)
    _tree(c, across(), y, c.r(0.06, 0.14), show(0.6))
    y = horizon + near * c.r(0.08, 0.35)
    c.near = _nearness(c, y, horizon)
    _house(c, across(), y, c.r(0.09, 0.2), show(0.5))
    y = horizon + near * c.r(0.15, 0.5)
    c.near = _nearness(c, y, horizon)
    _tree(c, across(), y, c.r(0.1, 0.24), show(0.5))
    y = horizon + near * c.r(0.05, 0.35)
    c.near = _nearness(c, y, horizon)
    _toy(c, across(), y, c.r(0.06, 0.13), show(0.7), True)
    y = horizon + near * c.r(0.3, 0.75)
    c.near = _nearness(c, y, horizon)
    _figure(c, across(), y, c.r(0.12, 0.34), show(0.6))
    y = horizon + near * c.r(0.3, 0.6)
    c.near = _nearness(c, y, horizon)
    _toy(c, across(), y, c.r(0.07, 0.16), show(0.7), True)
    y = horizon + near * c.r(0.6, 0.95)
    c.near = _nearness(c, y, horizon)
    _figure(c, across(), y, c.r(0.15, 0.42), show(0.3))
    y = horizon + near * c.r(0.5, 0.85)
    c.near = _nearness(c, y, horizon)
    _toy(c, across(), y, c.r(0.08, 0.2), show(0.7), True)
    picture = _paint(c).clamp(0, 1)
    return (picture, c.depth, c.pose) if controls else picture


def _paint(c):
    """The scene's own painted look: flat tones with brush strokes, for the painted ones."""
    x = c.img.clamp(0, 1)
    stroke = c.noise(36, 18, 2)
    shift = (stroke - 0.5) * 0.5
    y = luma(x)
    flat = _posterise((y + 0.6 * shift * 0.6).clamp(0, 1), 5.0, 0.45)
    warm = (flat - 0.45) * 0.16
    k = flat + (x * ((flat + 0.06) / (y + 0.06)) - flat) * 1.35
    k = k + warm * _const((1.0, 0.0, -1.0), c.device).view(1, 3, 1, 1) + shift * 0.1
    x = x * (0.96 + 0.08 * c.worn)
    return x + (k - x) * c.painted * 0.9
