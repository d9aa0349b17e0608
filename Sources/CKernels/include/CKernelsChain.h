#pragma once
#include "CKernelsArithmetic.h"
#include "CKernelsUnary.h"

// Chains of elementwise operations, evaluated block by block: what lies between the inputs and the
// result never leaves the first-level cache.

// One step. Values are numbered: first the inputs, then the steps in order; every step uses values
// before its own. `a` or `b` of an operation on two may be gk_chain_constant: then it is `p`.
enum { gk_chain_constant = -1, gk_chain_most_values = 128 };
typedef struct {
    int is_binary;
    gk_unary unary;
    gk_binary binary;  // add, subtract, multiply or divide
    int a, b;
    double p, q;
} gk_chain_step;

// The result has `count` elements, and so has every input, except those with a `period` other than
// 0: they have that many, which repeat. Rows of `row` elements are cut into blocks of at most
// `block`. A period is either a divisor of `block` or a multiple of it and a divisor of `row`, or
// `row` itself; `row` divides `count`. There is one step at least, and the last gives the result;
// inputs and steps together are gk_chain_most_values at most.
typedef struct {
    int inputs, steps;
    const gk_chain_step *step;
    const void *const *input;
    const ptrdiff_t *period;
    ptrdiff_t count, row, block;
} gk_chain;

// Scalars of scratch that the two passes want.
ptrdiff_t gk_chain_forward_scratch(const gk_chain *chain);
ptrdiff_t gk_chain_backward_scratch(const gk_chain *chain);

// Writes the blocks first ..< last of the result; `y` points to its element 0. With `streams` the
// result bypasses the cache.
void gk_chain_forward(int variant, const gk_chain *chain, ptrdiff_t first, ptrdiff_t last, void *y,
                      int streams, void *scratch);

// The same blocks of the inputs' gradients, from the gradient `g` of the result. d[i] is NULL where
// none is wanted, points to element 0 of it where input i has no period, and otherwise to sums that
// are added to: `block` doubles if its period is no longer (what repeats within is not yet added
// up), else a double for each of the period.
void gk_chain_backward(int variant, const gk_chain *chain, ptrdiff_t first, ptrdiff_t last,
                       const void *g, void *const *d, int streams, void *scratch);
