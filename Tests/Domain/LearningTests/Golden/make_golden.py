"""Writes the golden tensors of this folder with PyTorch: what our networks, losses and optimizers are tested against.

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python make_golden.py            # or: make_golden.py FOLDER

All is computed in double precision from inputs of single precision and rounded at the end, so the files hold what is
right, not what PyTorch's kernels for single precision make of it. Seeds are fixed: each run writes the same bytes with
the same PyTorch. The files are as SafeTensors.swift writes them, checksum included. A leading 3 is the batch.

layers.safetensors, for each CASE: CASE.source0 (source1 ...), CASE.param.NAME, CASE.result, CASE.upstream (a random
gradient of the result), CASE.gradient.source0 ..., CASE.gradient.param.NAME; batchnorm_training also has
CASE.after.running_mean and CASE.after.running_var. `layers` below says what each case is.

losses.safetensors: batch.* is BatchLoss of 8 slices in 2 views (rows n and n + 8; batch.slices), contrastive weight
0.3; its labels of two views of a slice are not 1, so the loss has to see to that. dice, ncc, bending, grid_size,
affine_size are the terms of the registration's loss: values for each item (and channel), gradients of their sum.
warp.zeros and warp.border are warp.image sampled at warp.places. registration.* is the whole loss of each item (an
image and two lungs, 7 x 7) with the gradients of its sum.

optimizers.safetensors: six steps on a vector of 20. adamw: rate 0.01, decay 0.1; sgd: rate 0.01, momentum 0.9,
decay 0.01; clip: two vectors that are clipped together to length 1.

training.safetensors: ten AdamW steps (rate 2e-3, decay 1e-3 on all parameters) of a small encoder, batch N being
image.N and extra.N (rows n and n + 8 are views of one slice), labels the same each time. The loss is listwise +
0.3 contrastive OF THE OUTPUT OF "out", BEFORE UNIT LENGTH, for the loss normalizes by itself. losses: before each step.
start.NAME and end.NAME: parameters and running statistics. embedding: after the last step, with running statistics, OF
UNIT LENGTH, for image.0 and extra.0.
"""

import hashlib
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn

FOLDER = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
KNOTS = 7
CONTRASTIVE_WEIGHT = 0.3


def random(seed, *shape):
    """Normal values that single precision can hold."""
    values = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float32)
    return values.double()


def write(name, tensors):
    """One way only: texts first, arrays by name, no gaps; the checksum is over the header without it and the arrays."""
    texts = {"made_by": f"make_golden.py with PyTorch {torch.__version__.split('+')[0]}"}
    arrays = {key: value.detach().float().contiguous().numpy() for key, value in sorted(tensors.items())}
    data = b"".join(array.astype("<f4").tobytes() for array in arrays.values())

    def header(texts):
        quoted = ",".join(f'"{key}":"{text}"' for key, text in sorted(texts.items()))
        entries, offset = ['"__metadata__":{' + quoted + "}"], 0
        for key, array in arrays.items():
            shape = ",".join(str(extent) for extent in array.shape)
            end = offset + 4 * array.size
            entries.append(f'"{key}":{{"dtype":"F32","shape":[{shape}],"data_offsets":[{offset},{end}]}}')
            offset = end
        line = "{" + ",".join(entries) + "}"
        return (line + " " * (-len(line) % 8)).encode("ascii")

    checksum = hashlib.sha256(header(texts) + data).hexdigest()
    complete = header(texts | {"sha256": checksum})
    (FOLDER / f"{name}.safetensors").write_bytes(len(complete).to_bytes(8, "little") + complete + data)


def differentiated(case, inputs, compute, upstream=None):
    """What `compute` makes of the named inputs, and the gradients of its sum, or of its product with `upstream`."""
    leaves = {name: value.clone().requires_grad_() for name, value in inputs.items()}
    result = compute(*leaves.values())
    weights = torch.ones_like(result) if upstream is None else upstream(result)
    gradients = torch.autograd.grad(result, leaves.values(), weights)
    tensors = {f"{case}.{name}": value for name, value in inputs.items()}
    tensors |= {f"{case}.gradient.{name}": gradient for name, gradient in zip(leaves, gradients)}
    return tensors, result, weights


def layer(case, seed, sources, compute, mean=0, **parameters):
    """One case. `compute` takes the sources and then the parameters in their order."""
    inputs = {f"source{n}": (random(seed + 10 + n, *shape) + mean).float().double() for n, shape in enumerate(sources)}
    inputs |= {f"param.{name}": values for name, values in parameters.items()}
    tensors, result, weights = differentiated(case, inputs, compute, lambda result: random(seed + 20, *result.shape))
    return tensors | {f"{case}.result": result, f"{case}.upstream": weights}


def convolution(case, seed, source, channels, kernel, groups=1, has_bias=False, **options):
    fan_in = source[1] // groups * kernel**2
    parameters = {"weight": random(seed, channels, source[1] // groups, kernel, kernel) / 2 ** round(fan_in**0.5 / 4)}
    if has_bias:
        parameters["bias"] = random(seed + 1, channels)

    def compute(image, weight, bias=None):
        return F.conv2d(image, weight, bias, groups=groups, **options)

    return layer(case, seed, [source], compute, **parameters)


def normalization(case, seed, shape, is_training):
    """Running statistics are no inputs with a gradient, so they are added by hand."""
    mean, variance = random(seed + 2, shape[1]), random(seed + 3, shape[1]) ** 2 + 0.5
    mean, variance = mean.float().double(), variance.float().double()
    after = [mean.clone(), variance.clone()]
    tensors = layer(
        case,
        seed,
        [shape],
        lambda image, weight, bias: F.batch_norm(image, *after, weight, bias, is_training, momentum=0.1, eps=1e-5),
        weight=random(seed, shape[1]),
        bias=random(seed + 1, shape[1]),
    )
    tensors |= {f"{case}.param.running_mean": mean, f"{case}.param.running_var": variance}
    if is_training:
        tensors |= {f"{case}.after.running_mean": after[0], f"{case}.after.running_var": after[1]}
    return tensors


def layers():
    maps, window, small = (3, 4, 5, 3), (3, 2, 7, 5), (3, 2, 3, 4)
    linear = {"weight": random(1, 7, 11), "bias": random(2, 7)}
    return (
        convolution("conv_plain", 100, (3, 3, 7, 5), 5, 3, padding=1, has_bias=True)
        | convolution("conv_strided", 200, (3, 3, 7, 5), 16, 3, stride=2, padding=1)
        | convolution("conv_wide", 300, (3, 24, 3, 3), 32, 3, stride=2, padding=1)
        | convolution("conv_grouped", 400, (3, 8, 4, 3), 12, 3, groups=4, padding=1, has_bias=True)
        | convolution("conv_1x1", 500, maps, 7, 1, has_bias=True)
        | normalization("batchnorm_training", 600, (3, 5, 5, 3), True)
        | normalization("batchnorm_running", 700, (3, 5, 5, 3), False)
        | layer(
            "layernorm",
            750,
            [(3, 5, 5, 3)],
            lambda image, weight, bias: F.group_norm(image, 1, weight, bias, eps=1e-5),
            weight=random(750, 5),
            bias=random(751, 5),
        )
        | layer("relu", 800, [small], F.relu)
        | layer("gelu", 900, [small], F.gelu)
        | layer("pool_maximum", 1000, [window], lambda x: F.max_pool2d(x, 3, 2, 1), mean=-1)
        | layer("pool_average", 1100, [window], lambda x: F.avg_pool2d(x, 2, 2))
        | layer("pool_average_padded", 1200, [window], lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=True))
        | layer("global_average", 1300, [maps], lambda x: x.mean((2, 3)))
        | layer("linear", 1400, [(3, 11)], F.linear, **linear)
        | layer("upsample_nearest", 1500, [small], lambda x: F.interpolate(x, scale_factor=2, mode="nearest"))
        | layer(
            "upsample_bilinear",
            1600,
            [small],
            lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False),
        )
        | layer("concatenation", 1700, [small, (3, 1, 3, 4)], lambda *sources: torch.cat(sources, 1))
        | layer("concatenation_vectors", 1800, [(3, 4), (3, 7), (3, 2)], lambda *sources: torch.cat(sources, 1))
        | layer("sum", 1900, [small, small], torch.add)
        | layer("flattening", 2000, [small], lambda x: x.flatten(1))
        | layer("unit_length", 2100, [(3, 9)], lambda x: F.normalize(x, dim=1, eps=1e-12) * 10)
    )


def batch_loss(outputs, labels, slices):
    """Listwise and contrastive loss, as BatchLoss.swift says it."""
    count = len(outputs)
    others = torch.tensor([[column for column in range(count) if column != row] for row in range(count)])
    is_view = slices[others] == slices[:, None]
    units = F.normalize(outputs, dim=1, eps=1e-8)
    logarithms = F.log_softmax((units @ units.T).gather(1, others) / 0.1, 1)
    wanted = F.log_softmax(torch.where(is_view, 1.0, labels.gather(1, others)) / 0.1, 1)
    listwise = (wanted.exp() * (wanted - logarithms)).sum(1).mean()
    contrastive = -((logarithms * is_view).sum(1) / is_view.sum(1)).mean()
    return listwise, contrastive


def symmetric_labels(seed, count):
    values = torch.rand((count, count), generator=torch.Generator().manual_seed(seed), dtype=torch.float32)
    return torch.triu(values).double() + torch.triu(values, 1).T.double()


def dice(a, b):
    shared, own = (a * b).sum((2, 3)), (a.square() + b.square()).sum((2, 3))
    return (2 * shared + 1) / (own + 1)


def correlation(a, b, mask):
    """Of what is left of both after their means of the mask are gone, times the mask."""
    weight = mask.sum((2, 3), keepdim=True).clamp(min=1)
    a, b = (mask * (x - (mask * x).sum((2, 3), keepdim=True) / weight) for x in (a, b))
    energy = a.square().sum((2, 3)) * b.square().sum((2, 3))
    return (a * b).sum((2, 3)) / energy.clamp(min=1e-6).sqrt()


def bending(grid):
    """Mean squares of the second differences, the mixed one twice."""
    along, down = grid.diff(n=2, dim=3), grid.diff(n=2, dim=2)
    mixed = grid.diff(dim=2).diff(dim=3)
    return sum(weight * part.square().mean((1, 2, 3)) for weight, part in ((1, along), (1, down), (2, mixed)))


def grid_size(grid):
    return grid.square().mean((1, 2, 3))


def affine_size(affine):
    """Rows of (A - I | t): squares of the first part, half of those of the shift."""
    return (affine.square() * torch.tensor([1, 1, 0.5, 1, 1, 0.5])).sum(1)


def spline(size):
    """(size, KNOTS): cubic B-splines around -1, 0, ... KNOTS - 2, at `size` places from 0 to KNOTS - 3."""
    places = torch.linspace(0, KNOTS - 3, size, dtype=torch.float64)
    distance = (places[:, None] - (torch.arange(KNOTS) - 1)).abs()
    inner = 2 / 3 - distance.square() + distance**3 / 2
    outer = (2 - distance).clamp(min=0) ** 3 / 6
    return torch.where(distance < 1, inner, outer)


def places(affine, grid, size):
    """Where each of size x size pixels is sampled: x, y from -1 to 1, edge to edge."""
    line = (2 * torch.arange(size, dtype=torch.float64) + 1) / size - 1
    own = torch.stack([line.expand(size, size), line[:, None].expand(size, size)], -1)
    matrix, shift = affine.view(-1, 2, 3).split((2, 1), 2)
    moved = own + torch.einsum("nab,yxb->nyxa", matrix, own) + shift.mT[:, None]
    return moved if grid is None else moved + torch.einsum("yk,nakl,xl->nyxa", spline(size), grid, spline(size))


def warped(image, affine, grid, size, padding="zeros"):
    return F.grid_sample(image, places(affine, grid, size), align_corners=False, padding_mode=padding)


def registration_loss(moving, fixed, affine, grid):
    size = fixed.shape[-1]
    by_affine, by_grid = warped(moving, affine, None, size), warped(moving, affine, grid, size)
    lungs = [x[:, 1:] for x in (by_affine, by_grid, fixed)]
    mask = (lungs[1].sum(1, keepdim=True) * lungs[2].sum(1, keepdim=True)).clamp(0, 1)
    loss = (1 - dice(lungs[1], lungs[2]).mean(1)) + 0.5 * (1 - dice(lungs[0], lungs[2]).mean(1))
    loss = loss + 0.3 * (1 - correlation(by_grid[:, :1], fixed[:, :1], mask)[:, 0])
    return loss + 2 * bending(grid) + 0.5 * grid_size(grid) + 0.02 * affine_size(affine)


def losses():
    slices, labels = torch.arange(16) % 8, symmetric_labels(3001, 16)
    outputs = random(3000, 16, 12)
    listwise, contrastive = batch_loss(outputs, labels, slices)

    def total(outputs):
        return batch_loss(outputs, labels, slices)[0] + CONTRASTIVE_WEIGHT * batch_loss(outputs, labels, slices)[1]

    gradient = differentiated("batch", {"outputs": outputs}, total)[0]["batch.gradient.outputs"]
    tensors = {"batch.outputs": outputs, "batch.labels": labels, "batch.slices": slices, "batch.gradient": gradient}
    tensors |= {"batch.listwise": listwise.view(1), "batch.contrastive": contrastive.view(1)}

    def term(case, compute, **inputs):
        found, result, _ = differentiated(case, inputs, compute)
        tensors.update(found | {f"{case}.value": result})

    soft = [random(seed, 2, 2, 5, 4).sigmoid().float().double() for seed in (3100, 3101, 3102)]
    term("dice", dice, a=soft[0], b=soft[1])
    images = [random(seed, 2, 1, 5, 4) for seed in (3200, 3201)]
    term("ncc", correlation, a=images[0], b=images[1], mask=soft[2][:, :1])
    affine, grid = random(3300, 2, 6) / 8, random(3301, 2, 2, KNOTS, KNOTS) / 8
    term("bending", bending, grid=grid)
    term("grid_size", grid_size, grid=grid)
    term("affine_size", affine_size, affine=affine)

    image, upstream = random(3400, 2, 3, 9, 11), random(3401, 2, 3, 12, 12)
    for padding in ("zeros", "border"):
        inputs = {"image": image, "affine": affine, "grid": grid}
        found, result, _ = differentiated(
            "warp", inputs, lambda *inputs: warped(*inputs, 12, padding), lambda _: upstream
        )
        tensors |= {f"{name}.{padding}" if "gradient" in name else name: value for name, value in found.items()}
        tensors |= {f"warp.{padding}": result}
    tensors |= {"warp.upstream": upstream, "warp.places": places(affine, grid, 12)}

    moving, fixed = (random(seed, 2, 3, 7, 7).sigmoid().float().double() for seed in (3500, 3501))
    term("registration", lambda *moves: registration_loss(moving, fixed, *moves), affine=affine / 2, grid=grid / 2)
    return tensors | {"registration.moving": moving, "registration.fixed": fixed}


def optimizers():
    tensors = {}
    for name, seed, kind, options in (
        ("adamw", 4000, torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.1}),
        ("sgd", 4100, torch.optim.SGD, {"lr": 0.01, "momentum": 0.9, "dampening": 0, "weight_decay": 0.01}),
    ):
        start, gradients, after = random(seed, 20), random(seed + 1, 6, 20), []
        vector = nn.Parameter(start.clone())
        optimizer = kind([vector], **options)
        for gradient in gradients:
            vector.grad = gradient.clone()
            optimizer.step()
            after.append(vector.detach().clone())
        tensors |= {f"{name}.start": start, f"{name}.gradients": gradients, f"{name}.after": torch.stack(after)}
    vectors = [nn.Parameter(torch.zeros(count, dtype=torch.float64)) for count in (7, 5)]
    for number, vector in enumerate(vectors):
        vector.grad = random(4200 + number, len(vector))
        tensors[f"clip.gradients.{number}"] = vector.grad.clone()
    nn.utils.clip_grad_norm_(vectors, 1)
    return tensors | {f"clip.after.{number}": vector.grad for number, vector in enumerate(vectors)}


class Encoder(nn.Module):
    """Its parameters are called as those of our network of the same layers."""

    def __init__(self):
        super().__init__()
        self.first, self.second = self.block(3, 8), self.block(8, 16)
        self.out = nn.Linear(16 * 2 * 2 + 10, 12)

    @staticmethod
    def block(inputs, outputs):
        convolution = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        return nn.ModuleDict({"conv": convolution, "norm": nn.BatchNorm2d(outputs)})

    def forward(self, image, extra):
        for block in (self.first, self.second):
            image = F.relu(block["norm"](block["conv"](image)))
        return self.out(torch.cat([F.avg_pool2d(image, 2, 2).flatten(1), extra], 1))

    def values(self, prefix):
        return {prefix + name: value.clone() for name, value in self.state_dict().items() if "num" not in name}


def training():
    torch.manual_seed(5)
    network = Encoder().double()
    network.load_state_dict({name: value.float() for name, value in network.state_dict().items()})
    tensors = network.values("start.")
    slices, labels, losses = torch.arange(16) % 8, symmetric_labels(5001, 16), []
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-3)
    images, extras = random(5002, 8, 3, 16, 16), random(5003, 8, 10)
    for number in range(10):
        image = (images[slices] + random(5100 + number, 16, 3, 16, 16) / 2).float().double()
        extra = (extras[slices] + random(5200 + number, 16, 10) / 2).float().double()
        tensors |= {f"image.{number}": image, f"extra.{number}": extra}
        listwise, contrastive = batch_loss(network(image, extra), labels, slices)
        loss = listwise + CONTRASTIVE_WEIGHT * contrastive
        losses.append(loss.detach())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    network.eval()
    embedding = F.normalize(network(tensors["image.0"], tensors["extra.0"]), dim=1)
    return tensors | network.values("end.") | {"labels": labels, "losses": torch.stack(losses), "embedding": embedding}


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for made in (layers, losses, optimizers, training):
        write(made.__name__, made())
