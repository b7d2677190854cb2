"""Builds the training folder (index.tsv, JPEG frames, prompts.npz) for train.py.

python build_data.py OUT PHOTOS FRAMES [STRIDE]: PHOTOS has pictures of 288 rows and captions.tsv (../ATTRIBUTION.md
lists them), FRAMES frames of videos named CLIP_NUMBER.jpg, of which every second one is used.
"""
import os, shutil, sys, zlib
import numpy as np
import cv2
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import prompts as P, styles

out, photos, src = sys.argv[1:4]
stride = int(sys.argv[4]) if len(sys.argv) > 4 else 2
HELD = {"cockatoo", "flower", "track2"}
shutil.rmtree(out, ignore_errors=True); os.makedirs(out)
clips, rows, caps = {}, [], []
for f in sorted(os.listdir(src)):
    if f.endswith(".jpg"):
        stem = f[:-4]
        clips.setdefault(stem if stem.startswith("mdn_") else stem.split("_")[0], []).append(f)
groups = {}


def add_group(key, captions):
    if key not in groups:
        groups[key] = len(groups); caps.append(captions)
    return groups[key]


for key, files in clips.items():
    c = P.CAPTIONS.get(key) or P.CAPTIONS.get(key.split("_")[0]) or ["a scene"]
    g = add_group(key, c)
    take = files[::stride] if len(files) > 8 else files
    n = len(take)
    w = 1.0 if n == 1 else 4 * n ** 0.5 / n
    held = key in HELD
    for f in take:
        shutil.copy(os.path.join(src, f), os.path.join(out, f)); rows.append((f, g, int(held), w))
tsv = os.path.join(photos, "captions.tsv")
if os.path.exists(tsv):
    for line in open(tsv):
        p = line.rstrip("\n").split("\t")
        if len(p) < 2 or not os.path.exists(os.path.join(photos, p[0])):
            continue
        g = add_group("photo:" + p[1], [p[1]])
        x = cv2.imread(os.path.join(photos, p[0]))
        if x is None or min(x.shape[:2]) < 200:
            continue
        shutil.copy(os.path.join(photos, p[0]), os.path.join(out, p[0]))
        rows.append((p[0], g, int(zlib.crc32(p[0].encode()) % 20 == 0), 1.3))
caps.append(P.PROCEDURAL_CAPTIONS)
K = 12
table = np.zeros((len(caps), len(styles.STYLES), K, 77), np.int16)
r = np.random.default_rng(3)
for gi, c in enumerate(caps):
    for si, s in enumerate(styles.STYLES):
        texts = [P.sample_prompt(r, s, c) for _ in range(K)]
        table[gi, si] = P.encode(texts)
np.savez_compressed(os.path.join(out, "prompts.npz"), prompts=table, empty=P.encode([""])[0].astype(np.int16))
with open(os.path.join(out, "index.tsv"), "w") as f:
    for a in rows:
        f.write("\t".join(map(str, a)) + "\n")
print(len(rows), "frames", sum(a[2] for a in rows), "held", len(caps), "groups", sum(os.path.getsize(os.path.join(out, f)) for f in os.listdir(out)) / 1e6, "MB")
