"""Lung masks of CT slices with scipy and scikit-image: the same steps as ours, as one would write them there.

Left out is what the libraries do not offer: the line between lungs that touch is taken halfway, not traced,
which makes the peer faster than it would be.
"""

import numpy as np
from scipy import ndimage
from skimage import measure, morphology

TISSUE, AIR, EDGE, VESSEL = -350, -400, -250, -700


def disc(radius):
    return morphology.disk(radius, strict_radius=True) if radius == int(radius) else fractional_disc(radius)


def fractional_disc(radius):
    reach = int(radius)
    y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    return x * x + y * y <= radius * radius


def depth(mask):
    """Distance of every pixel to the nearest one outside; beyond the picture is outside."""
    return ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]


def closed(mask, radius):
    margin = int(radius) + 2
    padded = np.pad(mask, margin)
    grown = ndimage.distance_transform_edt(~padded) <= radius
    return (ndimage.distance_transform_edt(grown) > radius)[margin:-margin, margin:-margin] | mask


def labeled(mask):
    return measure.label(mask, connectivity=1)


def body_of(hounsfield, mm):
    steps = max(1, round(2 / mm))
    opened = ndimage.binary_opening(hounsfield > TISSUE, iterations=steps)
    pieces = labeled(opened)
    if pieces.max() == 0:
        return opened
    largest = pieces == np.bincount(pieces.ravel())[1:].argmax() + 1
    return ndimage.binary_fill_holes(closed(largest, 6 / mm))


def is_lung(region, hounsfield, mm, center, box):
    mask, values = region.image, hounsfield[region.slice]
    core = depth(mask) > 1.5
    inside = values[core if core.sum() > 10 else mask]
    median, ninetieth, above = np.median(inside), np.percentile(inside, 90), (inside > -900).mean()
    area = region.area * mm * mm
    top, left, bottom, right = box
    row = (region.centroid[0] - top) / (bottom - top)
    is_central = abs(region.centroid[1] - center) < 0.13 * (right - left)
    if area < 1000 and is_central and median < -880:
        return False
    if median < -935 and above < 0.2 and row < 0.42:
        inner = depth(ndimage.binary_fill_holes(mask)) > 3
        if (values[inner] > VESSEL).sum() < 0.02 * max(1, inner.sum()):
            return False
    if (ninetieth < -920 and above < 0.05) or (median < -880 and row < 0.25 and area < 1500):
        return False
    return median >= -1100


def without_folds(regions, mm):
    total = sum(region.area for region in regions)
    if total * mm * mm < 10_000:
        return regions
    largest = max(region.area for region in regions)
    big = [region.bbox for region in regions if region.area >= 0.2 * largest]
    left, right = min(box[1] for box in big), max(box[3] for box in big)
    return [r for r in regions if r.area >= 0.03 * total or left <= r.centroid[1] < right]


def halves(piece, middle):
    """The left and the right part of air in which both lungs may be joined."""
    columns = np.arange(piece.shape[1])[None, :]
    on_left = piece & (columns < middle)
    share = on_left.sum() / piece.sum()
    if not 0.15 <= share <= 0.85:
        return (piece, np.zeros_like(piece)) if share > 0.5 else (np.zeros_like(piece), piece)
    inner = ndimage.distance_transform_edt(piece)
    for radius in (1.5, 2.5, 3.5, 5, 7, 9):
        parts = measure.regionprops(labeled(inner > radius))
        if len(parts) < 2:
            continue
        first, second = sorted(parts, key=lambda part: -part.area)[:2]
        distance = abs(first.centroid[1] - second.centroid[1])
        if second.area < 0.15 * sum(part.area for part in parts) or distance < 0.1 * piece.shape[1]:
            continue
        left, right = sorted((first, second), key=lambda part: part.centroid[1])
        far = []
        for part in (left, right):
            empty = np.ones_like(piece)
            empty[part.slice] &= ~part.image
            far.append(ndimage.distance_transform_edt(empty))
        return piece & (far[0] <= far[1]), piece & (far[0] > far[1])
    return on_left, piece & ~on_left


def lungs(slice_values, spacing):
    """(2 h x 2 w) HU -> (h x w): 0 nothing, 1 the lung on the left of the picture, 2 the one on its right."""
    clipped = np.clip(slice_values, -1024, 3071).astype(np.float32)
    rows, columns = (side // 2 for side in clipped.shape)
    hounsfield = clipped[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean((1, 3))
    mm = 2 * spacing
    result = np.zeros((rows, columns), np.uint8)
    body = body_of(hounsfield, mm)
    if body.sum() * mm * mm < 10_000:
        return result
    where_y, where_x = np.nonzero(body)
    box = (where_y.min(), where_x.min(), where_y.max() + 1, where_x.max() + 1)
    center = where_x.mean()
    within = depth(body) > 4 / mm
    pieces = measure.regionprops(labeled((hounsfield < AIR) & within))
    pieces = [piece for piece in pieces if piece.area * mm * mm >= 100]
    kept = [piece for piece in pieces if is_lung(piece, hounsfield, mm, center, box)]
    kept = without_folds(kept, mm) if kept else []
    air, other = np.zeros_like(body), np.zeros_like(body)
    for piece in pieces:
        (air if any(piece is lung for lung in kept) else other)[piece.slice] |= piece.image
    near_other = ndimage.distance_transform_edt(~other) <= 4 / mm if other.any() else other
    grown = labeled(((hounsfield < EDGE) & within & ~near_other) | air)
    sides = [np.zeros_like(body), np.zeros_like(body)]
    for label in np.unique(grown[air]):
        for side, half in zip(sides, halves(grown == label, center)):
            side |= half
    for label, side in enumerate(sides, 1):
        if side.any():
            lung = ndimage.binary_fill_holes(closed(side, 10 / mm)) & body
            result[lung & (result == 0)] = label
    return result
