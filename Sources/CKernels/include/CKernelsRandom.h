#pragma once
#include <stddef.h>
#include <stdint.h>

// Counter-based random numbers: Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (2011). A block is four words, a function of a key (64 bits) and a
// counter (128 bits: `block` below, `path` above). Element i of a result is a function of key, path
// and first block + i / (elements a block) alone, so a range may be cut wherever a block begins.
// Nothing here contracts or reorders floating-point operations: all instruction sets give the same
// bits.

// Words of blocks `block`, `block` + 1, ..., four each.
void gk_random_words(int variant, uint64_t key, uint64_t path, uint64_t block, uint32_t *y,
                     ptrdiff_t n);

// Evenly from [low, high): 24 random bits for float (4 elements a block), 53 for double (2).
// `below` is the largest value under `high`, in case rounding reaches `high`.
void gk_random_uniform(int variant, uint64_t key, uint64_t path, uint64_t block, double low,
                       double high, double below, void *y, ptrdiff_t n);

// From the normal distribution, by Box and Muller's transform (1958): 4 elements a block for float,
// 2 for double. No float lies further out than 6.6 deviations, no double further than 8.6.
void gk_random_normal(int variant, uint64_t key, uint64_t path, uint64_t block, double mean,
                      double deviation, void *y, ptrdiff_t n);

// 1 where a word is below `threshold` (of 2^32), else 0; 4 elements a block.
void gk_random_flags(int variant, uint64_t key, uint64_t path, uint64_t block, uint64_t threshold,
                     uint8_t *y, ptrdiff_t n);

// For every row of `count` logits the index drawn with probabilities softmax(logits) by the uniform
// number u[row] in [0, 1), inverting the cumulative sum. An index of probability 0 is never drawn
// as long as one logit is finite.
void gk_random_categorical(int variant, const void *logits, const double *u, ptrdiff_t rows,
                           ptrdiff_t count, int32_t *y);
