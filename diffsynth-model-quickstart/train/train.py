"""Trains text encoder, UNet and ControlNet of the quickstart model on a CPU or a GPU.

python train.py DATA WEIGHTS OUT --seconds N goes on from WEIGHTS (or from OUT, if there is a run to
resume), saves every five minutes, and ends early when the file OUT/stop exists. The autoencoder in
WEIGHTS is kept as it is.

A sample is a picture in one of 14 styles, as latents, with a prompt and one control picture of the
picture before it was styled: the picture itself with or without its fine detail (tile), its soft
edges, and for painted scenes also their depth or the poses of their people. One ControlNet learns all.
"""
import argparse, glob, json, math, os, random, sys, time
import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nets, styles

EMPTY_PROMPTS = 0.10       # for classifier-free guidance
NO_CONTROL = 0.06          # samples that the UNet sees without the ControlNet
PAINTED = 0.3              # painted scenes among the pictures
TILE_FACTORS = (1, 2, 2, 3, 4, 4, 6, 8)
SCENES = 600               # painted scenes that are kept
MAX_SHARD = 15e6           # bytes of a file of weights

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data"), parser.add_argument("weights"), parser.add_argument("out")
parser.add_argument("--seconds", type=float, required=True)
parser.add_argument("--lr", type=float, default=3e-4, help="peak of the learning rate; 3e-4 for batches of 48")
parser.add_argument("--floor", type=float, default=0.3, help="share of the peak at the end")
parser.add_argument("--batch", type=int, default=48)
parser.add_argument("--size", default="128x192", help="rows x columns of a picture")
parser.add_argument("--pool", type=int, default=1500, help="samples before the first step")
parser.add_argument("--most", type=int, default=28000, help="samples that are kept")
args = parser.parse_args()
device = "cuda" if torch.cuda.is_available() else "cpu"
H, W = (int(v) for v in args.size.split("x"))
torch.manual_seed(int(time.time())), random.seed(int(time.time()))
torch.set_flush_denormal(True)                   # twice as fast on a CPU: Adam's averages become denormal
os.makedirs(args.out, exist_ok=True)
if os.path.exists(os.path.join(args.out, "stop")):
    os.remove(os.path.join(args.out, "stop"))


def load_networks(folder):
    meta = json.load(open(os.path.join(folder, "meta.json")))
    config = {k: tuple(v) if isinstance(v, list) else v for k, v in meta["config"].items()}
    made = dict(text_encoder=nets.TextEncoder(), unet=nets.UNet(config), controlnet=nets.ControlNet(config),
                vae_encoder=nets.VaeEncoder(), vae_decoder=nets.VaeDecoder())
    tensors = {}
    for file in sorted(glob.glob(os.path.join(folder, "weights_*.safetensors"))):
        tensors.update(load_file(file))
    for name, module in made.items():
        module.load_state_dict({k[len(name) + 1:]: v.float() for k, v in tensors.items() if k.startswith(name + ".")})
        module.to(device)
    return meta, made


resumed = os.path.exists(os.path.join(args.out, "meta.json"))
meta, networks = load_networks(args.out if resumed else args.weights)
text, unet, control, encoder = (networks[n] for n in ("text_encoder", "unet", "controlnet", "vae_encoder"))
encoder.requires_grad_(False)
for module in (unet, control):
    module.to(memory_format=torch.channels_last)

rows = [line.rstrip("\n").split("\t") for line in open(os.path.join(args.data, "index.tsv"))]
rows = [r for r in rows if r[2] == "0"]                       # without those held out
weights = np.array([float(r[3]) for r in rows])
weights /= weights.sum()
table = np.load(os.path.join(args.data, "prompts.npz"))
prompts, empty = (torch.from_numpy(table[k].astype(np.int64)) for k in ("prompts", "empty"))
STYLES, PAINTED_GROUP = prompts.shape[1], prompts.shape[0] - 1
frames, scenes = {}, []


def frame(i):
    if i not in frames:
        x = cv2.imread(os.path.join(args.data, rows[i][0]))[:, :, ::-1]
        h, w = x.shape[:2]
        frames[i] = np.ascontiguousarray(x if h == 288 else cv2.resize(x, (round(w * 288 / h), 288), interpolation=cv2.INTER_AREA))
    return frames[i]


def paint_scenes(n):
    """Adds painted scenes as seven planes: picture, depth, poses."""
    for x, d, p in zip(*styles.procedural(n, 256, 384, controls=True)):
        planes = torch.cat([x, d, p]).clamp(0, 1)
        scenes.append((planes * 255).round().byte().permute(1, 2, 0).numpy())
    del scenes[:-SCENES]


def crop():
    """One picture (3, H, W), its depth and poses (4, H, W) or zeros, and its group of prompts."""
    if random.random() < PAINTED:
        x, group = scenes[random.randrange(len(scenes))], PAINTED_GROUP
    else:
        i = int(np.random.choice(len(rows), p=weights))
        x, group = frame(i), int(rows[i][1])
    h, w = x.shape[:2]
    ch = h / (random.uniform(1.5, 2.6) if H <= 128 else random.uniform(1.0, 1.25))
    cw = min(w, ch * W / H)
    ch = cw * H / W
    y, x0 = int(random.uniform(0, h - ch)), int(random.uniform(0, w - cw))
    cut = x[y:y + int(ch), x0:x0 + int(cw)]
    cut = np.concatenate([cv2.resize(cut[:, :, k:k + 4], (W, H), interpolation=cv2.INTER_AREA).reshape(H, W, -1)
                          for k in range(0, cut.shape[2], 4)], 2)
    if cut.shape[2] == 3:                        # scenes are not mirrored: left and right arms have colours
        cut = cut[:, ::-1] if random.random() < 0.5 else cut
        cut = np.concatenate([cut, np.zeros((H, W, 4), np.uint8)], 2)
    cut = torch.from_numpy(cut.copy()).permute(2, 0, 1)
    return cut[:3].float() / 255, cut[3:], group


def tile(x, factor):
    """What the annotator Tile makes: means of squares of pixels, enlarged bilinearly."""
    if factor == 1:
        return x
    h, w = x.shape[-2:]
    small = F.avg_pool2d(x[None], factor, ceil_mode=True, count_include_pad=False)
    size = (-(-h // factor) * factor, -(-w // factor) * factor)
    return F.interpolate(small, size=size, mode="bilinear", align_corners=False)[0, :, :h, :w]


def control_picture(x, edges, planes, painted):
    r = random.random()
    if painted:
        if r < 0.30:
            return planes[:1].expand(3, -1, -1).contiguous()
        if r < 0.42 and planes[1:].any():
            return planes[1:]
        r = (r - 0.42) / 0.58
    y = tile(x, random.choice(TILE_FACTORS)) if r < 0.66 else edges.expand(3, -1, -1)
    return (y.clamp(0, 1) * 255).round().to(torch.uint8).cpu()


pool = []                                        # (latents, control picture, style, group)


@torch.no_grad()
def grow(n):
    """Adds about n samples; two styles of a picture share its edges."""
    x, planes, groups = zip(*(crop() for _ in range(max(1, n // 2))))
    x = torch.stack(x).to(device)
    k = len(x)
    gain = 1 + 0.16 * (torch.rand(k, 3, 1, 1, device=device) - 0.5) + 0.3 * (torch.rand(k, 1, 1, 1, device=device) - 0.5)
    gamma = torch.exp(0.5 * (torch.rand(k, 1, 1, 1, device=device) - 0.5))
    x = (x.clamp(1e-4, 1) ** gamma * gain).clamp(0, 1)
    edges = styles.soft_edges(x)
    for _ in range(2):
        style = torch.randint(STYLES, (k,))
        z = encoder(styles.apply(x, style).clamp(0, 1) * 2 - 1).float() * meta["scaling_factor"]
        for i in torch.nonzero(torch.isfinite(z).flatten(1).all(1))[:, 0].tolist():
            seen = control_picture(x[i], edges[i], planes[i], groups[i] == PAINTED_GROUP)
            pool.append((z[i].half().cpu(), seen, int(style[i]), groups[i]))


styles._scale = styles._fine = lambda x: 1.0     # crops have the scale of pictures of 256 rows
alphas = torch.cumprod(1 - torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000) ** 2, 0).to(device)
params = [p for m in (text, unet, control) for p in m.parameters()]
average = [p.detach().clone() for p in params]
optimiser = torch.optim.AdamW(params, lr=1e-5, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
state = os.path.join(args.out, "optim.pt")
if os.path.exists(state):
    optimiser.load_state_dict(torch.load(state, map_location=device))


def save():
    """Writes the averaged weights in half precision, and the optimiser's state; each file at once."""
    live = [p.detach().clone() for p in params]
    for p, a in zip(params, average):
        p.data.copy_(a)
    shards, size = [{}], 0
    for name, module in networks.items():
        for key, value in module.state_dict().items():
            if size + value.numel() * 2 > MAX_SHARD:
                shards.append({})
                size = 0
            shards[-1][f"{name}.{key}"] = value.detach().half().contiguous().cpu()
            size += value.numel() * 2
    for k, shard in enumerate(shards):
        save_file(shard, os.path.join(args.out, f"new_{k}"))
    for k in range(len(shards)):
        os.replace(os.path.join(args.out, f"new_{k}"), os.path.join(args.out, f"weights_{k}.safetensors"))
    torch.save(optimiser.state_dict(), state + ".new")
    os.replace(state + ".new", state)
    json.dump(meta, open(os.path.join(args.out, "meta.json"), "w"))
    for p, l in zip(params, live):
        p.data.copy_(l)


def step(n, rate):
    for group in optimiser.param_groups:
        group["lr"] = rate
    chosen = [pool[random.randrange(len(pool))] for _ in range(args.batch)]
    z = torch.stack([c[0] for c in chosen]).to(device).float()
    seen = torch.stack([c[1] for c in chosen]).to(device).float() / 255
    ids = torch.stack([empty if random.random() < EMPTY_PROMPTS else prompts[c[3], c[2], random.randrange(prompts.shape[2])]
                       for c in chosen]).to(device)
    t = ((torch.arange(args.batch) + torch.rand(args.batch)) / args.batch * 1000).long().clamp(0, 999)
    t = t[torch.randperm(args.batch)].to(device)
    keep = (torch.rand(args.batch, 1, 1, 1, device=device) > NO_CONTROL).float()
    noise = torch.randn_like(z)
    a = alphas[t].view(-1, 1, 1, 1)
    x = (a.sqrt() * z + (1 - a).sqrt() * noise).contiguous(memory_format=torch.channels_last)
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
        context = text(ids)
        residuals = control(x, t, context, seen.contiguous(memory_format=torch.channels_last))
        v = unet(x, t, context, [r * keep for r in residuals])
    loss = F.mse_loss(v.float(), a.sqrt() * noise - (1 - a).sqrt() * z)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    if math.isfinite(float(torch.nn.utils.clip_grad_norm_(params, 1.0))):
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, params, 1 - min(0.998, (1 + n) / (10 + n)))
    return float(loss.detach())


start = time.time()
for _ in range(8):
    paint_scenes(16)
while len(pool) < args.pool:
    grow(64)
n, losses, reported, saved, training, growing = 0, [], time.time(), time.time(), 0.0, 0.0
while time.time() - start < args.seconds and not os.path.exists(os.path.join(args.out, "stop")):
    done = (time.time() - start) / args.seconds
    began = time.time()
    losses.append(step(n, args.lr * min(1, n / 60) * (args.floor + (1 - args.floor) * 0.5 * (1 + math.cos(math.pi * done)))))
    n += 1
    training += time.time() - began
    if growing < 0.13 * training and len(pool) < args.most:
        began = time.time()
        grow(64), paint_scenes(2)
        growing += time.time() - began
    if time.time() - reported > 60:
        print(f"[{time.time() - start:6.0f}] {n} steps, {n * args.batch / training:.1f} samples/s, pool {len(pool)}, "
              f"loss {np.mean(losses):.4f}", flush=True)
        reported, losses = time.time(), []
    if time.time() - saved > 300:
        save()
        saved = time.time()
save()
print("end after", n, "steps", flush=True)
