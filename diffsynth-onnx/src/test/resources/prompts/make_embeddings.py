"""Makes the textual inversions and the golden array beside it, without this project and without ONNX Runtime.

    python make_embeddings.py TINY_SD      (the folder with model/; needs transformers, safetensors, numpy and onnx)

golden.npy holds the hidden states of PROMPT by onnx's reference evaluator, from a text encoder whose
table of token embeddings was enlarged by numpy; the ids come from transformers' CLIPTokenizer with added tokens.
"""

import sys

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import save_file
from transformers import CLIPTokenizer

PROMPT = "a photo of <cat-toy>, easy-style and snow <cat-toy>"


def main():
    model = sys.argv[1] + "/model"
    rng = np.random.default_rng(5)
    easy = (rng.standard_normal((3, 32)) * 0.3).astype(np.float32)
    toy = (rng.standard_normal(32) * 0.3).astype(np.float32)
    save_file({"emb_params": easy}, "easy-style.safetensors")
    save_file({"<cat-toy>": toy}, "learned_embeds.safetensors")

    text = onnx.load(model + "/text_encoder/model.onnx")
    table = next(t for t in text.graph.initializer if list(t.dims) == [2048, 32])
    enlarged = np.concatenate([numpy_helper.to_array(table), easy, toy[None]])
    table.CopyFrom(numpy_helper.from_array(enlarged, table.name))

    tokenizer = CLIPTokenizer.from_pretrained(model + "/tokenizer")
    names = ["<e0>", "<e1>", "<e2>", "<cat-toy>"]
    tokenizer.add_tokens(names)
    prompt = PROMPT.replace("easy-style", "<e0><e1><e2>")
    plain = len(tokenizer) - len(names)
    ids = tokenizer(prompt, padding="max_length", max_length=77).input_ids
    ids = np.array([[i if i < plain else 2048 + i - plain for i in ids]], dtype=np.int64)
    feed = {text.graph.input[0].name: ids.astype(onnx.helper.tensor_dtype_to_np_dtype(text.graph.input[0].type.tensor_type.elem_type))}
    states = ReferenceEvaluator(text).run(["last_hidden_state"], feed)[0]
    np.save("golden.npy", states.astype(np.float32))
    print(ids[0, :16], states.shape)


main()
