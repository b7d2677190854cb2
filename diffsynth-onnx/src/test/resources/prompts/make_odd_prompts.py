"""Writes odd_prompts.json: odd texts with the ids of transformers' CLIPTokenizer.

    python make_odd_prompts.py ../clip-vocab      (transformers 5.17)
"""

import json
import random
import sys

from transformers import CLIPTokenizer

HAND = [
    "", " ", "\n", "\t\n\r ", "a", "A", "1", "123", "a1b2", "don't", "DON'T", "I'll we've they're",
    "rock'n'roll", "'s", "''s", "it's'", "caf\u00e9", "cafe\u0301", "\u00c5ngstr\u00f6m", "A\u030angstro\u0308m",
    "stra\u00dfe", "STRASSE", "\u0130stanbul", "\u0131", "\u039f\u0394\u039f\u03a3", "\u03a3", "\u01c5",
    "\u201csmart\u201d \u2018quotes\u2019", "it\u2019s", "dash \u2013 and \u2014", "\u2026", "a\u00a0b", "a\u2003b",
    "a\u200bb", "a\u200db", "\ufeffa", "a\u00adb", "\u0085", "\u180e", "a\u2028b\u2029c", "a\x0bb\x0cc", "a\x1cb",
    "a\x00b", "a\x7fb", "tab\tnewline\nreturn\r\nend", "&amp; &lt;b&gt; &#39;", "&amp;amp;", "<b>bold</b>",
    "\U0001f600", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\u2764\ufe0f",
    "cat\U0001f408cat", "\U0001f3fd", "\u6f22\u5b57", "\u65e5\u672c\u8a9e\u306e\u30c6\u30b9\u30c8",
    "\ud55c\uad6d\uc5b4", "\u1112\u1161\u11ab", "\uac00\u11a8", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "\u05e9\u05dc\u05d5\u05dd", "\u0939\u093f\u0928\u094d\u0926\u0940", "\u0e44\u0e17\u0e22",
    "\u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u0422\u0415\u041a\u0421\u0422", "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac",
    "\u00bd \u00b2 \u2163 \u2460 \u0663 \u09e9", "\ufb01 \ufb00", "\u212b \u2126", "\uff21\uff42\uff11", "\u1e9b\u0323",
    "\U0001d504\U0001d49e", "\U00010400", "\u02b0", "a_b", "__wild__", "{a|b}", "[a|b]", "(a:1.2)", "\\(a\\)", "\\", "/",
    "a,b;c:d", "!!!", "?!?!", "...", "$100 & 50%", "http://x.y/z?q=1", "e-mail@x.org", "#tag", "C++", "1girl", "8k uhd",
    "2.5d", "masterpiece,best quality", "BREAK", "AND", "<lora:x:0.8>", "<|endoftext|>", "a<|startoftext|>b",
    "<|ENDOFTEXT|>", "<| endoftext |>", "<|endoftext", "<cat-toy>", "x" * 200, "a" * 80, "\U0001f600" * 30, "ab " * 90,
    "supercalifragilisticexpialidocious", "\u00df\u1e9e", "\u01f0", "\ufb03", "\u0149", "\u1f80", "o\u0308\u0323", "o\u0323\u0308",
    "\u0344", "\u2fa1d", "\U0002f800", "\u3099\u304b", "\u304b\u3099", "\u2009thin", "zero\u2060width", "\u202eright", "\u00b7", "\u00aa\u00ba",
]
ALPHABET = (
    list("aAbBzZ019  \t\n'\"-_.,:;!?()[]{}<>|\\/&%$#@~^*+=")
    + list("\u00e9\u00c9\u0301\u0308\u00df\u0130\u03a3\u03c2\u0416\u0436\u05d0\u0627\u0939\u093f\u4e2d\u3042\u30ab\uac00\u1112\u1161")
    + ["\U0001f600", "\U0001f3fd", "\u200d", "\ufe0f", "\u00a0", "\u2003", "\u200b", "\u201c", "\u2019", "\u2014", "\u00bd", "\u2163",
       "'s", "'ll", "<|endoftext|>", "the ", "cat ", "photo "]
)


def main():
    tokenizer = CLIPTokenizer.from_pretrained(sys.argv[1])
    rng = random.Random(13)
    texts = HAND + ["".join(rng.choices(ALPHABET, k=rng.randint(1, 24))) for _ in range(300)]
    rows = [{"text": t, "ids": tokenizer(t).input_ids[1:-1]} for t in texts]
    with open("odd_prompts.json", "w", encoding="ascii") as out:
        out.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")


main()
