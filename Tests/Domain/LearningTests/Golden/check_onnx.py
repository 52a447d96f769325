"""Checks an exported ONNX file: onnx.checker, then ONNX Runtime beside what another engine computed; run by ONNXRuntimeTests.

    python3 -m venv venv && venv/bin/pip install numpy onnx onnxruntime torch
    venv/bin/python check_onnx.py model.onnx arrays.safetensors [LIMIT]

arrays.safetensors: parameters and statistics by name, "input.NAME" (batch, …), "output.NAME" as the other engine
computed them; its text "network", where it has one, is Network.canonicalText, from which PyTorch, where it is installed,
computes the network again in double precision. All are compared with the whole batch and with its first item alone. Ends with 1 if
a largest difference, relative to the largest value, is above the limit; 1e-5: a hundred roundings of single precision.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None


def read(path):
    """Arrays and texts of a safetensors file of single precision."""
    data = open(path, "rb").read()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    texts = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        arrays[name] = np.frombuffer(data[start + first:start + last], "<f4").reshape(entry["shape"])
    return arrays, texts


def marked(text):
    """Names as canonicalText writes them: "5:image 5:extra"."""
    names = []
    while text := text.strip():
        count, _, rest = text.partition(":")
        names.append(rest[:int(count)])
        text = rest[int(count):]
    return names


def compute(operation, sources, p):
    """One layer by PyTorch's functions; p gives its parameters by kind."""
    kind, *rest = operation.split()
    x = sources[0]
    integers = [int(word) for word in rest if word.lstrip("-").isdigit()]
    if kind == "convolution":
        _, _, stride, padding, groups = integers
        return F.conv2d(x, p("weight"), p("bias"), stride, padding, 1, groups)
    if kind == "batchNormalization":
        mean, variance = p("running_mean"), p("running_var")
        return F.batch_norm(x, mean, variance, p("weight"), p("bias"), eps=float(rest[0]))
    if kind == "layerNormalization":
        return F.group_norm(x, 1, p("weight"), p("bias"), eps=float(rest[0]))
    if kind == "maximumPooling":
        return F.max_pool2d(x, *integers)
    if kind == "averagePooling":
        return F.avg_pool2d(x, *integers, count_include_pad=True)
    if kind == "linear":
        return F.linear(x, p("weight"), p("bias"))
    if kind == "nearestUpsampling":
        return F.interpolate(x, scale_factor=integers[0], mode="nearest")
    if kind == "bilinearUpsampling":
        return F.interpolate(x, scale_factor=integers[0], mode="bilinear", align_corners=False)
    return {
        "relu": lambda: F.relu(x),
        "gelu": lambda: F.gelu(x),
        "globalAverage": lambda: x.mean((2, 3)),
        "concatenation": lambda: torch.cat(sources, 1),
        "sum": lambda: sum(sources[1:], x),
        "flattening": lambda: x.flatten(1),
        "unitLength": lambda: F.normalize(x, dim=1, eps=1e-12) * float(rest[0]),
    }[kind]()


def run_torch(text, arrays):
    """The outputs by name, in double precision."""
    values = {}
    for line in text.splitlines()[1:]:
        what, _, rest = line.partition(" ")
        if what == "input":
            name = marked(rest[:rest.rindex(" (")])[0]
            values[name] = torch.from_numpy(arrays["input." + name].astype(np.float64))
        elif what == "layer":
            head, _, sources = rest.rpartition(" <")
            count, _, tail = head.partition(":")
            name, operation = tail[:int(count)], tail[int(count):]

            def parameter(kind):
                array = arrays.get(f"{name}.{kind}")
                return None if array is None else torch.from_numpy(array.astype(np.float64))

            given = [values[source] for source in marked(sources)]
            values[name] = compute(operation, given, parameter)
        else:
            return {name: values[name].numpy() for name in marked(rest)}


def main(model_path, arrays_path, limit="1e-5"):
    arrays, texts = read(arrays_path)
    model = onnx.load(model_path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model_path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    inputs = {i.name: arrays["input." + i.name] for i in session.get_inputs()}
    print("metadata", session.get_modelmeta().custom_metadata_map)
    references = {"PyTorch": run_torch(texts["network"], arrays)} if torch and "network" in texts else {}
    given = {name: arrays["output." + name] for name in names if "output." + name in arrays}
    if given:
        references["given"] = given
    if not references:
        return "nothing to compare with: no output in the arrays, and no PyTorch"
    largest = 0
    for batch in (None, 1):
        results = dict(zip(names, session.run(names, {name: array[:batch] for name, array in inputs.items()})))
        for source, expected in references.items():
            for name, array in expected.items():
                array = array[:batch]
                assert results[name].shape == array.shape, (name, results[name].shape, array.shape)
                difference = np.abs(results[name] - array).max() / np.abs(array).max()
                largest = max(largest, difference)
                print(f"{source} {name} {array.shape}: largest relative difference {difference:.2e}")
    return int(largest > float(limit))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
