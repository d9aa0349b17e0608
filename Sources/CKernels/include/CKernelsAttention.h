#pragma once
#include <stddef.h>
#include <stdint.h>

// One attention: queries [queries][width], keys [keys][width], values and result [..][value_width],
// each position a given number of elements after the one before, inside a position without gaps.
typedef struct {
    ptrdiff_t queries, keys, width, value_width;
    ptrdiff_t query_step, key_step, value_step, result_step;
    double scale;
} gk_attention;

// Which keys a query may see. Query i sees the first `limit` + i of the keys at hand (all of them
// if `limit` is large), and of these, when `allowed` is not NULL, those with a byte other than 0 at
// allowed[i * row_step + j * column_step].
typedef struct {
    ptrdiff_t limit;
    const uint8_t *allowed;
    ptrdiff_t row_step, column_step;
} gk_visible;

// result = softmax(scale * q k^T) v for few positions, all at once. A query that sees no key gives
// zeros. `logsums`, if not NULL, receives ln sum exp of each query's scores, -infinity without a key.
// `scratch`: queries * keys scalars.
void gk_attention_few(int variant, const gk_attention *shape, const gk_visible *visible,
                      const void *q, const void *k, const void *v, void *result, void *logsums,
                      void *scratch);

// The gradients of that, written to dq, dk, dv, which have steps of their own (of q, k, v: in
// `steps`); `g` is the result's gradient and walks by shape->result_step.
// `scratch`: 2 * queries * keys scalars.
void gk_attention_few_gradients(int variant, const gk_attention *shape, const gk_visible *visible,
                                const void *q, const void *k, const void *v, const void *g,
                                const void *logsums, const ptrdiff_t steps[3], void *dq, void *dk,
                                void *dv, void *scratch);

// y[i][c] = q[i * step + c] * scale / ln 2: the queries of a tile, for gk_attention_tile.
void gk_attention_queries(int variant, ptrdiff_t rows, ptrdiff_t width, const void *q,
                          ptrdiff_t step, double scale, void *y);

// A tile of the running form. Scores in units of ln 2, [rows][columns] with `step` from row to row,
// become 2^(score - largest), with `largest` the largest score of the row so far; `largest` and
// `sums` [rows] are brought up to date, and the result's rows [value_width] rescaled to the new
// largest. Begin with -infinity, 0 and 0.
void gk_attention_tile(int variant, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t step,
                       const gk_visible *visible, void *scores, void *largest, void *sums,
                       void *result, ptrdiff_t result_step, ptrdiff_t value_width);

// Divides the rows of the result by their sums; largest becomes ln sum exp.
void gk_attention_finish(int variant, ptrdiff_t rows, void *largest, const void *sums,
                         void *result, ptrdiff_t result_step, ptrdiff_t value_width);

// Products q k^T [rows][columns], `step` from row to row, become the weights
// p = e^(scale * product - logsum); weights' gradients dp become the products' gradients
// p (dp - dot) scale. `logsums` and `dots` (result times its gradient) [rows].
void gk_attention_tile_gradient(int variant, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t step,
                                const gk_visible *visible, const void *logsums, const void *dots,
                                double scale, void *scores, void *gradients);

// x[i * step + j] *= flags[i][j] ? factor : 0
void gk_attention_drop(int variant, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t step,
                       const uint8_t *flags, double factor, void *x);

// y[i] = sum over c < width of a[i * a_step + c] * b[i * b_step + c]
void gk_row_dots(int variant, ptrdiff_t rows, ptrdiff_t width, const void *a, ptrdiff_t a_step,
                 const void *b, ptrdiff_t b_step, void *y);
