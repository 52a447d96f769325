#pragma once

#include <stddef.h>
#include <stdint.h>

// Four-bit codes of vectors, from which a lower bound on a weighted distance is read in a few instructions. The bounds
// are derived in Sources/Domain/Neighbors/CodeBound.swift; here is how the numbers lie.
//
// A coded vector is c[p] in 0...15 for each code position p; it stands for center[p] + (c[p] - 7.5) * step[p]. The
// first CARINA_HEAD_POSITIONS positions are the head, the rest the tail.
//   Centers and steps are 16 bits wide, the upper half of a float.
//   Block: 16 vectors. A header of 16-byte rows, padded to 64: first the error of each vector's head, then for each
//   part the squared length of its head, then the distance of the vector itself to the center in the tail, all
//   as multiples of a scale; of the last, 1.5 more is possible. An error of 255: nothing is known. Then 4 planes
//   of 64 bytes: plane z holds for vector l two 16-bit words, at lanes 2 l and 2 l + 1; nibble i of half h is
//   position 8 z + 2 i + h.
//   Tail of a vector: `words` 16-bit words, nibble i of word w is position 32 + i * padded + w, where `padded` is
//   `words` rounded up to 32; then a float for each part, the squared length of its tail, and a float, the error of
//   the whole vector. At least 64 bytes behind the start of the last tail can be read.

/// Positions of the head.
#define CARINA_HEAD_POSITIONS 32
/// Vectors of a block.
#define CARINA_BLOCK_VECTORS 16
/// Words of a tail are multiplied in groups of so many.
#define CARINA_TAIL_GROUP 32

/// A query as one partition's codes meet it. All terms are of squared, weighted distances in code space.
typedef struct {
    /// What a product of codes counts.
    float scale;
    /// Squared distance to the center in the head, and 15 times the sum of factors: what the products lack.
    float head_base;
    /// The same for the tail.
    float tail_base;
    /// Above everything that rounding of the factors may have added.
    float slack;
    /// Bounds on the distance to the center in the tail, weights left out.
    float tail_low;
    float tail_high;
} carina_query_terms;

/// How far a scan of codes looks.
typedef struct {
    /// Radius in code space.
    float radius;
    /// What a vector's own coding error counts.
    float error_weight;
    /// The least weight of a part, not rounded up.
    float least_weight;
    /// What the query's image may be off by, weights left out.
    float image_error;
} carina_code_reach;

/// Turns the rotated query into 16-bit factors of codes: factors[p] * terms->scale is weights[p] * (query[p] -
/// center[p]) * steps[p], rounded. `count` is a multiple of 16; all arrays have `count` elements.
void carina_query_factors(
    const float *query, const uint16_t *center, const uint16_t *steps, const float *weights, size_t count,
    int16_t *factors, carina_query_terms *terms);

/// Clears the masks of the first `closed_count` blocks whose rings are too far from the query.
///
/// extents (P + 1, 2, N): smallest and largest distance of each ring's vectors to the reference point, part by part, then
/// of all parts together, as multiples of `scale`. low, high (P + 1): bounds on the query's own distance to it. A
/// mask becomes 0 where the weighted sum of the parts' squared gaps, or the squared gap of the whole times the least
/// weight, is above `limit`.
/// Returns how many lanes are left in all `block_count` masks.
size_t carina_keep_rings(
    const uint16_t *extents, float scale, size_t ring_count, size_t closed_count, const float *low,
    const float *high, const float *weights, size_t part_count, float least_weight, float limit,
    uint16_t *masks, size_t block_count);

/// Head bounds of blocks: slots (block * 16 + lane) whose bound is not above (rest + error_weight *
/// error)^2, where `rest` is what the tails' distances to the center leave of the radius.
///
/// masks[b]: lanes of block b to look at. scales (P + 2): of the header's rows; part_weights (P).
/// `slots` and `scores` have room for 16 more than all lanes. Returns how many were written; a score is the squared
/// distance in the head, but for what `terms` adds.
size_t carina_scan_heads(
    const uint8_t *blocks, size_t block_bytes, const uint16_t *masks, size_t block_count,
    const int16_t *factors, const carina_query_terms *terms, const float *scales, const float *part_weights,
    size_t part_count, const carina_code_reach *reach, uint32_t *slots, float *scores);

/// Head bounds of all lanes: bounds[block * 16 + lane] is a lower bound on the distance in code space, 0 where nothing
/// is proven.
void carina_head_bounds(
    const uint8_t *blocks, size_t block_bytes, size_t block_count, const int16_t *factors,
    const carina_query_terms *terms, const float *scales, const float *part_weights, size_t part_count,
    const carina_code_reach *reach, float *bounds);

/// Bounds from whole codes: keeps the slots whose bound is not above (radius + error_weight * error)^2, in place, and
/// makes their scores the lower bound on the distance in code space (0 where nothing is proven). Returns how many.
size_t carina_scan_tails(
    const uint8_t *tails, size_t tail_bytes, size_t words, const int16_t *factors,
    const carina_query_terms *terms, const float *part_weights, size_t part_count,
    const carina_code_reach *reach, uint32_t *slots, float *scores, size_t count);

/// Codes rotated vectors (N, count) around a center.
///
/// steps (count): 0 at positions that hold nothing. part_of (count). codes (N, count). head_lengths and tail_lengths
/// (N, P): squared lengths of what the codes stand for. head_errors and errors (N): distance to the vector itself.
/// tail_distances (N): of the vector itself to the center, in the tail.
void carina_encode(
    const float *rotated, size_t row_count, size_t count, const float *center, const float *steps,
    const uint16_t *part_of, size_t part_count, uint8_t *codes, float *head_lengths, float *tail_lengths,
    float *head_errors, float *errors, float *tail_distances);

/// Brings memory nearer that is about to be read: into the second level, as everywhere here, for more may be on the way
/// there at once than to the first.
static inline void carina_prefetch(const void *start, size_t byte_count) {
    for (size_t offset = 0; offset < byte_count; offset += 64) {
        __builtin_prefetch((const char *)start + offset, 0, 2);
    }
}
