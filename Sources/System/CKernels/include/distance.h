#pragma once

#include <stddef.h>
#include <stdint.h>

// Squared Euclidean distances whose bits are the same on every CPU.
//
// The order of the additions is part of the definition, for a float sum depends on it:
//   1. Element i belongs to lane i mod 16. Each lane adds (a[i] - b[i])^2 for its elements in ascending i,
//      subtraction, product and sum each rounded to float; nothing is fused.
//   2. The lanes are added in a fixed tree: l and l + 8, then l and l + 4, l and l + 2, l and l + 1.
// Padding both vectors with zeros to a multiple of 16 changes no bit.
// All pointers are to floats of natural alignment; nothing may be NaN if the results are to be ordered.

/// Squared distance of two vectors of `count` floats.
float carina_squared_distance(const float *a, const float *b, size_t count);

/// Squared distances from `query` (D) to each of `rows` (N, D) into `output` (N).
void carina_squared_distances(
    const float *query, const float *rows, size_t row_count, size_t dimension, float *output);

/// Squared distances part by part from `query` (D) to each of `rows` (N, D) into `output` (N, P).
/// Part p is the elements part_ends[p - 1] to part_ends[p]; the last end is D.
void carina_part_squared_distances(
    const float *query, const float *rows, size_t row_count, const uint32_t *part_ends, size_t part_count,
    float *output);

/// The same for the rows whose numbers are chosen: output (N, P) is written at those rows only.
void carina_chosen_part_squared_distances(
    const float *query, const float *rows, const uint32_t *chosen, size_t chosen_count,
    const uint32_t *part_ends, size_t part_count, float *output);

/// Weighted squared distance: weights[p] times the squared distance of part p, added in ascending p.
/// Returns early, with what it has so far, as soon as that is above `limit`: the sum never falls,
/// because no term is negative and rounding is monotone. Pass INFINITY for the whole sum.
float carina_weighted_squared_distance(
    const float *query, const float *row, const uint32_t *part_ends, const float *weights, size_t part_count,
    float limit);

/// How many instruction sets of this build the running CPU can execute; at least 1, level 0 is the baseline.
size_t carina_distance_level_count(void);

/// `carina_squared_distance` compiled for one instruction set, so that a test can compare them.
/// `level` is below `carina_distance_level_count()`.
float carina_squared_distance_at_level(size_t level, const float *a, const float *b, size_t count);
