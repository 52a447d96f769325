"""Writes density.json with PyTorch and the reference implementation: what the density encoder and its loss are tested against.

    .venv/bin/python -B Tests/Domain/WSSENetTests/Golden/make_golden.py     # from the repository; .venv: make bench-learning

No picture of a patient is in it: crops and weights are made up, by random numbers that GoldenDensity.swift draws again. All is
computed in double precision from numbers that single precision holds, and rounded to nine digits.

usual, cells: of crops 0 and 1, every 97th number. vectors: theirs, with the running averages that were made up. step.*: a
training step on 16 rows, crops 0 to 15: four anchors, their positives, elsewhere, without; the third anchor has no lesion.
"""

import json
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[4] / "shared" / "prototype"))
import density  # noqa: E402

MASK = (1 << 64) - 1
SIDE, STRIDE, ANCHORS, RATE, DECAY, TEMPERATURE = 128, 97, 4, 2e-3, 1e-3, 0.1
HAS_LESION = [True, True, False, True]


class SeededGenerator:
    """Sources/Platform/LinearAlgebra/SeededGenerator.swift."""

    def __init__(self, seed, stream=0):
        self.state = seed ^ (stream * 0xD1B54A32D192ED03 & MASK)
        self.next()

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound):
        return self.next() * bound >> 64

    def symmetric(self, bound):
        return np.float32((self.next() >> 11) * 2.0**-53 * 2 - 1) * np.float32(bound)


def crop(number):
    """(3, 128, 128): two ellipses, whose edges are half lung, with noise that half precision holds."""
    generator = SeededGenerator(seed=number, stream=77)
    image = np.array([generator.below(257) / 256 for _ in range(SIDE * SIDE)]).reshape(SIDE, SIDE)
    width, height = 18 + generator.below(9), 40 + generator.below(16)
    y, x = np.mgrid[:SIDE, :SIDE]
    planes = [image]
    for center in (36, 92):
        place = (x - center) ** 2 * height**2 + (y - 64) ** 2 * width**2
        inner, outer = (width * height) ** 2, ((width + 2) * (height + 2)) ** 2
        planes.append(np.where(place < inner, 1.0, np.where(place < outer, 0.5, 0.0)))
    return np.stack(planes)


class Density(torch.nn.Module):
    """The reference implementation's density encoder with twice the channels, and contrast and background beside its two inputs."""

    def __init__(self, usual):
        super().__init__()
        self.usual = usual
        channels = (5, 32, 64, 64)
        blocks = zip(channels, channels[1:])
        self.features = torch.nn.Sequential(*[density.network.block(i, o) for i, o in blocks])
        self.out = torch.nn.Linear(channels[-1] * 64, 64)

    def cells(self, x):
        values, share = density.Density.cells(x)
        difference = (values - self.usual) * share
        box = torch.ones(1, 1, 7, 7)

        def nearby(plane):
            return torch.nn.functional.conv2d(plane, box, padding=3)

        def contrast(plane):
            return plane - share * nearby(plane) / (nearby(share) + 0.5)

        between = (self.background(x) - self.usual) * share
        planes = [difference * 4, share - 0.4, contrast(difference) * 6, between * 6, contrast(between) * 12]
        return torch.cat(planes, 1)

    @staticmethod
    def background(x):
        """Of the 4 x 4 pixels around each cell, weighted by the mask: the mean less the mean absolute deviation."""
        mask = (x[:, 1:2] + x[:, 2:3]).clamp(0, 1)

        def windows(plane):
            return torch.nn.functional.unfold(plane, 4, padding=1, stride=2)

        values, weights = windows(x[:, :1]), windows(mask)
        whole = weights.sum(1, keepdim=True) + 1e-3
        mean = (values * weights).sum(1, keepdim=True) / whole
        found = mean - ((values - mean).abs() * weights).sum(1, keepdim=True) / whole
        return found.reshape(-1, 1, 64, 64)

    def forward(self, x):
        return torch.nn.functional.normalize(self.out(self.features(self.cells(x)).flatten(1)), dim=1)


def fill(network):
    """Each array from a stream of its own, within bounds that keep the layers' results about 1."""
    bounds = {"conv0": 0.5, "conv1": 0.25, "conv2": 0.125, "out": 0.0625}
    state = network.state_dict()
    names = [name for name in state if not name.endswith("num_batches_tracked")]
    # Ours stand in the order of layers, trained before running averages.
    names.sort(key=lambda name: "running" in name)
    for stream, name in enumerate(names):
        generator = SeededGenerator(seed=5, stream=stream)
        parts = name.split(".")
        layer = "out" if parts[0] == "out" else ("conv" if parts[2] == "0" else "norm") + parts[1]
        center = 0.75 if "running_var" in name or (layer.startswith("norm") and name.endswith("weight")) else 0
        bound = bounds.get(layer, 0.25) if name.endswith("weight") and not center else 0.25
        values = [np.float32(center) + generator.symmetric(bound) for _ in range(state[name].numel())]
        state[name].copy_(torch.tensor(np.array(values, dtype=np.float32).astype(np.float64)).reshape(state[name].shape))


def loss_of(vectors, has_lesion):
    """InfoNCE as density.py has it, but the row without a lesion's slice is no candidate where there is no lesion."""
    anchors, candidates = vectors[:ANCHORS], vectors[ANCHORS:]
    logits = anchors @ candidates.T / TEMPERATURE
    excluded = torch.zeros(3 * ANCHORS, dtype=torch.bool)
    excluded[2 * ANCHORS:] = ~torch.tensor(has_lesion)
    logits = logits.masked_fill(excluded, float("-inf"))
    return torch.nn.functional.cross_entropy(logits, torch.arange(ANCHORS))


def main():
    torch.set_default_dtype(torch.float64)
    crops = torch.tensor(np.stack([crop(number) for number in range(4 * ANCHORS)]))
    values, share = density.Density.cells(crops[:2])
    usual = ((values * share).sum(0) / (share.sum(0) + 1e-3))[None]
    # As the model keeps it.
    usual = usual.float().double()
    network = Density(usual)
    fill(network)
    cells = network.cells(crops[:2])
    golden = {"usual": usual.flatten()[::STRIDE], "cells": cells.flatten(1)[:, ::STRIDE].flatten()}
    with torch.no_grad():
        golden["vectors"] = network.eval()(crops[:2]).flatten()
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    vectors = network.train()(crops)
    golden["step.vectors"] = vectors.detach().flatten()
    golden["step.loss of lesions only"] = loss_of(vectors, [True] * ANCHORS).detach().reshape(1)
    loss = loss_of(vectors, HAS_LESION)
    golden["step.loss"] = loss.detach().reshape(1)
    loss.backward()
    golden["step.gradient norms"] = torch.stack([p.grad.norm() for p in network.parameters()])
    optimizer.step()
    golden["step.norms after"] = torch.stack([p.detach().norm() for p in network.parameters()])
    for name, buffer in network.named_buffers():
        if "running" in name:
            golden["step.after." + name] = buffer
    lines = [f'"{name}": [' + ", ".join(f"{v:.9g}" for v in values.tolist()) + "]" for name, values in golden.items()]
    (HERE / "density.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
