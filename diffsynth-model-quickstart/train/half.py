"""Stores the larger initialisers of ONNX models in half precision, with a Cast to single precision behind each.

python half.py FOLDER; runtimes fold the casts when they open the model, so it computes as fast as before.
"""
import glob, os, sys
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

for path in sorted(glob.glob(os.path.join(sys.argv[1], "*", "model.onnx"))):
    model = onnx.load(path)
    graph, casts, kept = model.graph, [], []
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and np.prod(tensor.dims) >= 64:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            assert np.isfinite(half).all(), tensor.name
            kept.append(numpy_helper.from_array(half, tensor.name + ".half"))
            casts.append(helper.make_node("Cast", [tensor.name + ".half"], [tensor.name], name="cast " + tensor.name, to=TensorProto.FLOAT))
        else:
            kept.append(tensor)
    nodes = list(graph.node)
    for node in nodes:                                   # constants of the exporter, such as none are large
        assert node.op_type != "Constant" or len(node.attribute[0].t.raw_data) < 65536, node.name
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept), graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    print(path, os.path.getsize(path))
