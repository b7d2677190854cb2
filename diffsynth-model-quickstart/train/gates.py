"""Judges trained weights on pictures that were held out of training, at 256x384 pixels.

python gates.py classifier DATA OUT.pt SECONDS    trains a classifier of the 14 styles on filtered pictures
python gates.py render DATA WEIGHTS CLASSIFIER.pt SHEET.png [--pictures N] [--control tile|softedge] [--strength X]
                [--guidance X] [--steps N]        renders every style and prints the gates' figures

python gates.py videos CLASSIFIER.pt STYLE GUIDE RESULT...   prints for finished videos the share of frames in which
                the style is recognised, its mean probability, and the F1 of edges against the guide

Gates: the classifier recognises the prompted style in at least 85 % of renders; F1 of edges between input and
render at least 0.5; PSNR of the autoencoder at least 27 dB; a prompt with words of two styles moves the picture
from the first toward the second.
"""
import argparse, glob, json, os, random, sys, time
import cv2
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nets, prompts, styles

S = len(styles.STYLES)


class Classifier(nn.Module):
    """Four strided convolutions, then means and deviations over the picture."""

    def __init__(self):
        super().__init__()
        widths = [3, 24, 48, 64, 96]
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in zip(widths, widths[1:]))
        self.norms = nn.ModuleList(nn.GroupNorm(8, b) for b in widths[1:])
        self.out = nn.Linear(2 * widths[-1] + 12, S)

    def forward(self, x):
        x = x * 2 - 1
        colours = F.avg_pool2d(x, 8)
        extra = [x.mean((2, 3)), x.std((2, 3)), colours.amin((2, 3)), colours.amax((2, 3))]
        for convolution, norm in zip(self.convolutions, self.norms):
            x = F.silu(norm(convolution(x)))
        return self.out(torch.cat([x.mean((2, 3)), x.std((2, 3))] + extra, 1))


def rows(data, held_out):
    lines = [line.rstrip("\n").split("\t") for line in open(os.path.join(data, "index.tsv"))]
    return [r[0] for r in lines if (r[2] == "1") == held_out]


def picture(data, name, h=256, w=384):
    x = cv2.imread(os.path.join(data, name))[:, :, ::-1]
    scale = max(h / x.shape[0], w / x.shape[1])
    x = cv2.resize(x, (max(w, round(x.shape[1] * scale)), max(h, round(x.shape[0] * scale))), interpolation=cv2.INTER_AREA)
    y0, x0 = (x.shape[0] - h) // 2, (x.shape[1] - w) // 2
    return torch.from_numpy(np.ascontiguousarray(x[y0:y0 + h, x0:x0 + w])).permute(2, 0, 1).float() / 255


def styled(x):
    return styles.apply(x.expand(S, -1, -1, -1).contiguous(), torch.arange(S)).clamp(0, 1)


def quarters(net, x):
    """Logits of pictures (N, 3, H, W), as the mean over their four quarters: brush strokes keep their size."""
    h, w = x.shape[2] // 2, x.shape[3] // 2
    return sum(net(x[:, :, y:y + h, z:z + w]) for y in (0, h) for z in (0, w)) / 4


def train_classifier(data, out, seconds):
    scale, fine = styles._scale, styles._fine
    styles._scale = styles._fine = lambda x: 1.0            # crops have the scale of the whole pictures
    net, names, seen = Classifier(), rows(data, False), {}
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3)
    start = time.time()
    while (done := (time.time() - start) / seconds) < 1:
        batch = []
        for _ in range(2 * S):
            name = random.choice(names)
            if name not in seen:
                seen[name] = (picture(data, name) * 255).byte()
            y, z = random.randrange(129), random.randrange(193)
            batch.append(seen[name][:, y:y + 128, z:z + 192].float() / 255)
        style = torch.arange(2 * S) % S
        with torch.no_grad():
            x = styles.apply(torch.stack(batch), style).clamp(0, 1)
            if random.random() < 0.4:                       # renders are softer than filters
                x = styles.gaussian(x, random.uniform(0.3, 0.9))
            x = (x + torch.randn_like(x) * random.uniform(0, 0.02)).clamp(0, 1)
        optimiser.param_groups[0]["lr"] = 2e-3 * (0.03 + 0.97 * (1 - done))
        loss = F.cross_entropy(net(x), style)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    net.eval()
    styles._scale, styles._fine = scale, fine
    hits = np.zeros((S, S))
    with torch.no_grad():
        for name in rows(data, True)[::3]:
            for a, b in enumerate(quarters(net, styled(picture(data, name)[None])).argmax(1).tolist()):
                hits[a, b] += 1
    print("accuracy on filtered pictures held out:", round(hits.trace() / hits.sum(), 3),
          {s: round(float(hits[i, i] / hits[i].sum()), 2) for i, s in enumerate(styles.STYLES)})
    torch.save(net.state_dict(), out)


def edge_f1(a, b):
    """F1 of Canny edges of two pictures, within two pixels."""
    grey = [cv2.GaussianBlur(cv2.cvtColor((p.permute(1, 2, 0).numpy() * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY), (0, 0), 1) for p in (a, b)]
    edges = []
    for g in grey:                                          # the strongest tenth, whatever the contrast
        gx, gy = cv2.Sobel(g, cv2.CV_32F, 1, 0), cv2.Sobel(g, cv2.CV_32F, 0, 1)
        high = float(np.quantile(np.abs(gx) + np.abs(gy), 0.9))
        edges.append(cv2.Canny(g, high / 2, high) > 0)
    near = [cv2.dilate(e.astype(np.uint8), np.ones((5, 5))) > 0 for e in edges]
    precision = (edges[1] & near[0]).sum() / max(1, edges[1].sum())
    recall = (edges[0] & near[1]).sum() / max(1, edges[0].sum())
    return 2 * precision * recall / max(1e-9, precision + recall)


class Model:
    def __init__(self, folder):
        meta = json.load(open(os.path.join(folder, "meta.json")))
        config = {k: tuple(v) if isinstance(v, list) else v for k, v in meta["config"].items()}
        self.text, self.unet, self.control = nets.TextEncoder(), nets.UNet(config), nets.ControlNet(config)
        self.encoder, self.decoder, self.scale = nets.VaeEncoder(), nets.VaeDecoder(), meta["scaling_factor"]
        tensors = {}
        for file in sorted(glob.glob(os.path.join(folder, "weights_*.safetensors"))):
            tensors.update(load_file(file))
        for name, module in dict(text_encoder=self.text, unet=self.unet, controlnet=self.control,
                                 vae_encoder=self.encoder, vae_decoder=self.decoder).items():
            module.load_state_dict({k[len(name) + 1:]: v.float() for k, v in tensors.items() if k.startswith(name + ".")})
            module.eval()
        self.alphas = torch.cumprod(1 - torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, 1000) ** 2, 0)

    @torch.no_grad()
    def render(self, x, seen, texts, strength, guidance, steps):
        """Renders x (1, 3, H, W) with every text, by DDIM from one noise."""
        n = len(texts)
        ids = torch.from_numpy(np.concatenate([prompts.encode([""] * n), prompts.encode(texts)]))
        context = self.text(ids)
        z = self.encoder(x * 2 - 1) * self.scale
        times = [int(i * 1000 / steps) + 1 for i in range(steps)][::-1][steps - round(steps * strength):]
        a = self.alphas[times[0]]
        noise = torch.randn_like(z)
        z = (noise if strength == 1 else a.sqrt() * z + (1 - a).sqrt() * noise).expand(n, -1, -1, -1)
        for i, t in enumerate(times):
            twice, when = torch.cat([z, z]), torch.full((2 * n,), t)
            v = self.unet(twice, when, context, self.control(twice, when, context, seen.expand(2 * n, -1, -1, -1)))
            u, c = v.chunk(2)
            v = u + guidance * (c - u)
            a = self.alphas[t]
            b = self.alphas[times[i + 1]] if i + 1 < len(times) else torch.tensor(1.0)
            z = b.sqrt() * (a.sqrt() * z - (1 - a).sqrt() * v) + (1 - b).sqrt() * (a.sqrt() * v + (1 - a).sqrt() * z)
        return ((self.decoder(z / self.scale) + 1) / 2).clamp(0, 1)


def judge(args):
    torch.manual_seed(1), random.seed(1)
    model, net = Model(args.weights), Classifier()
    net.load_state_dict(torch.load(args.classifier))
    net.eval()
    names = rows(args.data, True)
    random.shuffle(names)
    phrases = {s: [p for p in prompts.style_prompts(s) if "{scene}" not in p] for s in styles.STYLES}
    hits, edges, psnr, moved, sheet = np.zeros((S, S)), [], [], [], []
    for k, name in enumerate(names[:args.pictures]):
        x = picture(args.data, name)[None]
        seen = x if args.control == "tile" else styles.soft_edges(x).clamp(0, 1).expand(-1, 3, -1, -1)
        with torch.no_grad():
            y = model.render(x, seen, [random.choice(phrases[s]) for s in styles.STYLES], args.strength, args.guidance, args.steps)
            shares = quarters(net, y).softmax(1)
            back = ((model.decoder(model.encoder(x * 2 - 1)) + 1) / 2).clamp(0, 1)
            a, b = random.sample(range(1, S), 2)            # words of two styles
            both = model.render(x, seen, [phrases[styles.STYLES[a]][0] + ", " + phrases[styles.STYLES[b]][0]], args.strength, args.guidance, args.steps)
        psnr.append(float(-10 * torch.log10(((back - x) ** 2).mean())))
        moved.append(float(((both - y[b]) ** 2).mean() < ((y[a] - y[b]) ** 2).mean()))
        for i, j in enumerate(shares.argmax(1).tolist()):
            hits[i, j] += 1
        edges.append([edge_f1(x[0], p) for p in y])
        if k < 4:
            sheet.append(torch.cat(list(torch.cat([x, y])), 2))
            sheet.append(torch.cat(list(torch.cat([x, styled(x)])), 2))
    print("style recognised:", round(hits.trace() / hits.sum(), 3), {s: round(float(hits[i, i] / hits[i].sum()), 2) for i, s in enumerate(styles.STYLES)})
    print("edge F1:", round(float(np.mean(edges)), 3), dict(zip(styles.STYLES, np.round(np.mean(edges, 0), 2).tolist())))
    print("autoencoder PSNR:", round(float(np.mean(psnr)), 1), "dB; two styles move the picture:", np.mean(moved))
    grid = torch.cat(sheet, 1).permute(1, 2, 0).numpy()
    cv2.imwrite(args.sheet, (grid[:, :, ::-1] * 255).round().astype(np.uint8))


def frames(path):
    video = cv2.VideoCapture(path)
    found = []
    while (read := video.read())[0]:
        found.append(torch.from_numpy(np.ascontiguousarray(read[1][:, :, ::-1])).permute(2, 0, 1).float() / 255)
    return found


def judge_videos(args):
    net, style = Classifier(), styles.STYLES.index(args.style)
    net.load_state_dict(torch.load(args.classifier))
    net.eval()
    guide = frames(args.guide)
    for path in args.results:
        result = frames(path)
        with torch.no_grad():
            shares = quarters(net, torch.stack(result)).softmax(1)
        print(os.path.basename(path), "recognised", round(float((shares.argmax(1) == style).float().mean()), 2), "probability",
              round(float(shares[:, style].mean()), 2), "edge F1", round(float(np.mean([edge_f1(a, b) for a, b in zip(guide, result)])), 2))


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
modes = parser.add_subparsers(dest="mode", required=True)
mode = modes.add_parser("classifier")
mode.add_argument("data"), mode.add_argument("out"), mode.add_argument("seconds", type=float)
mode = modes.add_parser("render")
mode.add_argument("data"), mode.add_argument("weights"), mode.add_argument("classifier"), mode.add_argument("sheet")
mode.add_argument("--pictures", type=int, default=6)
mode.add_argument("--control", default="tile")
mode.add_argument("--strength", type=float, default=1.0)
mode.add_argument("--guidance", type=float, default=2.5)
mode.add_argument("--steps", type=int, default=8)
mode = modes.add_parser("videos")
mode.add_argument("classifier"), mode.add_argument("style"), mode.add_argument("guide"), mode.add_argument("results", nargs="+")
arguments = parser.parse_args()
if arguments.mode == "videos":
    judge_videos(arguments)
elif arguments.mode == "classifier":
    train_classifier(arguments.data, arguments.out, arguments.seconds)
else:
    judge(arguments)
