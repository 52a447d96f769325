"""The peers of our networks: PyTorch and ONNX Runtime on the detail encoder, on two threads of the CPU.

    python peers.py list                                        the settings
    python peers.py train --setting channels_last+bfloat16      training steps: forward, loss, backward, AdamW
    python peers.py infer --setting script --batch 16           embeddings, in evaluation mode
    python peers.py export model.onnx                           the encoder as PyTorch exports it
    python peers.py infer --onnx model.onnx --batch 16          the same with ONNX Runtime

Each run prints one line of JSON; a process measures one setting only, for peak_rss_bytes is of the whole process: with
its libraries and, where it compiles, compiling. Rates are those of the median. A training step is of 32 slices in 2
views that were made before, its loss listwise + 0.3 contrastive. A setting is made of these parts:

    eager          PyTorch as it comes, layer by layer: oneDNN's convolutions, single precision
    channels_last  weights and images with the channels innermost
    bfloat16       automatic mixed precision (the loss is of single precision)
    fused          AdamW in one kernel
    compile        torch.compile; in evaluation with frozen weights
    script         torch.jit: traced, frozen, optimized for inference
    no_onednn      without oneDNN
"""

import argparse
import json
import resource
import time

import numpy as np

THREADS = 2
SLICES, VIEWS = 32, 2
INFERENCE_BATCHES = [1, 16, 64]
INPUTS = {"image": (3, 128, 128), "maps": (8, 64, 64), "outline": (64,), "skip": (512,)}
KINDS = ["", "+channels_last", "+bfloat16", "+channels_last+bfloat16"]
PLAIN = ["eager"] + [kind[1:] for kind in KINDS[1:]]
TRAINING = PLAIN + [part + kind for part in ("fused", "compile", "compile+fused") for kind in KINDS] + ["no_onednn"]
INFERENCE = PLAIN + [part + kind for part in ("script", "compile") for kind in KINDS] + ["no_onednn"]


def batch(count):
    """Random inputs of the encoder."""
    draw = np.random.default_rng(1)
    return {name: draw.random((count, *shape), np.float32) for name, shape in INPUTS.items()}


def measure(step, seconds):
    """Seconds of each call, once it has been called and then for another second."""
    step()
    times, start = [], time.perf_counter()
    while (now := time.perf_counter()) < start + 1 + seconds or len(times) < 5:
        step()
        if now > start + 1:
            times.append(time.perf_counter() - now)
    return times


def report(setting, times, rate, items):
    median, p90 = np.quantile(times, [0.5, 0.9])
    line = {"setting": setting, "median_ms": round(median * 1000, 3), "p90_ms": round(p90 * 1000, 3)}
    line[rate] = round(items / median, 2)
    print(json.dumps(line | {"peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


def encoder(parts):
    """The detail encoder with random weights, a maker of inputs, and a maker of the context to compute in."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    def block(inputs, outputs):
        convolution = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = block(3, 16)
            self.rest = nn.Sequential(block(16 + 8, 32), block(32, 64), block(64, 96), nn.AvgPool2d(2))
            self.out = nn.Linear(96 * 4 * 4 + 64 + 512, 96)

        def forward(self, image, maps, outline, skip):
            features = self.rest(torch.cat([self.first(image), maps], 1))
            return F.normalize(self.out(torch.cat([features.flatten(1), outline, skip], 1)).float(), dim=1)

    torch.manual_seed(1)
    torch.set_num_threads(THREADS)
    if "no_onednn" in parts:
        torch.backends.mkldnn.enabled = False
    layout = torch.channels_last if "channels_last" in parts else torch.contiguous_format
    network = Encoder().to(memory_format=layout)

    def inputs(count):
        tensors = [torch.from_numpy(values) for values in batch(count).values()]
        return [tensor.to(memory_format=layout) if tensor.dim() == 4 else tensor for tensor in tensors]

    return network, inputs, lambda: torch.autocast("cpu", torch.bfloat16, enabled="bfloat16" in parts)


def batch_loss(units, labels, others, is_view):
    """Listwise + 0.3 contrastive loss of unit vectors; `others` (b, b - 1) are each row's other rows."""
    import torch.nn.functional as F

    logarithms = F.log_softmax((units @ units.T).gather(1, others) / 0.1, 1)
    wanted = F.log_softmax(labels.gather(1, others).where(~is_view, 1) / 0.1, 1)
    listwise = F.kl_div(logarithms, wanted, reduction="batchmean", log_target=True)
    contrastive = -((logarithms * is_view).sum(1) / is_view.sum(1)).mean()
    return listwise + 0.3 * contrastive


def train(setting, seconds):
    import torch

    parts = setting.split("+")
    network, inputs, precision = encoder(parts)
    count = SLICES * VIEWS
    tensors, labels, rows = inputs(count), torch.rand(count, count), torch.arange(count)
    labels = (labels + labels.T) / 2
    others = (rows[:, None] + rows[1:]) % count
    is_view = others % SLICES == rows[:, None] % SLICES
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-3, fused="fused" in parts or None)

    def loss():
        with precision():
            units = network(*tensors)
        return batch_loss(units, labels, others, is_view)

    if "compile" in parts:
        loss = torch.compile(loss)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    report(setting, measure(step, seconds), "steps_per_second", 1)


def infer(setting, count, seconds):
    import torch

    parts = setting.split("+")
    network, inputs, precision = encoder(parts)
    network.eval()
    tensors = inputs(count)
    is_translated = "script" in parts or "compile" in parts
    with torch.no_grad() if is_translated else torch.inference_mode(), precision():
        if "script" in parts:
            network = torch.jit.trace(network, tensors, check_trace=False)
            network = torch.jit.optimize_for_inference(torch.jit.freeze(network))
        if "compile" in parts:
            network = torch.compile(network, options={"freezing": True})
        times = measure(lambda: network(*tensors), seconds)
    report(setting, times, "slices_per_second", count)


def infer_onnx(path, count, seconds):
    """Also for models exported by others, whose inputs are called as ours."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
    inputs = batch(count)
    times = measure(lambda: session.run(None, inputs), seconds)
    report("onnxruntime", times, "slices_per_second", count)


def export(path):
    import torch

    network, inputs, _ = encoder([])
    dynamic = {name: {0: torch.export.Dim("batch")} for name in INPUTS}
    options = {"input_names": list(INPUTS), "output_names": ["embedding"], "external_data": False}
    torch.onnx.export(network.eval(), tuple(inputs(2)), path, dynamic_shapes=dynamic, **options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["list", "train", "infer", "export"])
    parser.add_argument("model", nargs="?", help="file to export to")
    parser.add_argument("--setting", default="eager", choices=sorted({*TRAINING, *INFERENCE}), metavar="SETTING")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--onnx", help="measure ONNX Runtime with this model")
    arguments = parser.parse_args()
    if arguments.what == "list":
        print(json.dumps({"train": TRAINING, "infer": INFERENCE, "batches": INFERENCE_BATCHES}))
    elif arguments.what == "train":
        train(arguments.setting, arguments.seconds)
    elif arguments.what == "export":
        export(arguments.model or parser.error("export needs a file"))
    elif arguments.onnx:
        infer_onnx(arguments.onnx, arguments.batch, arguments.seconds)
    else:
        infer(arguments.setting, arguments.batch, arguments.seconds)


if __name__ == "__main__":
    main()
