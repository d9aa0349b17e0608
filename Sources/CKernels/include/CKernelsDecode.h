#pragma once
#include <stddef.h>
#include <stdint.h>

// What one step of a decoder needs: products of few vectors with matrices that are read once, and
// attention of one query to a cache. Float only: `variant` is the instruction set, 0 to 2.
//
// A panel is 16 columns of a matrix, row after row: element (k, c) of float storage stands at
// 16 k + c. In bfloat16 storage two rows share words of 32 bits, row 2i in the lower halves and row
// 2i + 1 in the upper: element (k, c) is the 16-bit number 32 (k / 2) + 2 c + (k mod 2).
// The panels of a matrix follow each other; the last one is filled up with zeros.
//
// Every result is a sum over k in blocks of 64 in rising order, each block summed in rising order,
// whatever the number of samples or of panels done at once: a sample's bits do not depend on the
// others.
enum { gk_decode_panel = 16, gk_decode_block = 64, gk_decode_range = 512 };
typedef enum { gk_decode_float32, gk_decode_bfloat16 } gk_decode_storage;

// What becomes of a sum s (its bias added): y = s, y += s, or y = s / (1 + e^(-1.702 s)).
typedef enum { gk_decode_store, gk_decode_add, gk_decode_gelu } gk_decode_finish;

// Bytes of a panel of `rows` rows: a multiple of 64.
ptrdiff_t gk_decode_panel_bytes(gk_decode_storage storage, ptrdiff_t rows);

// The panels of w, row-major [inputs][outputs] without gaps.
void gk_decode_pack(gk_decode_storage storage, const float *w, ptrdiff_t inputs,
                    ptrdiff_t outputs, void *panels);

// A matrix in panels, and what is done with its product. `bias` [outputs] or NULL.
typedef struct {
    const void *panels;
    const float *bias;
    ptrdiff_t inputs, outputs;
    gk_decode_storage storage;
    gk_decode_finish finish;
} gk_decode_matrix;

// y[s][c] = finish(sum over k of x[s][k] w[k][c]) for the columns of `count` panels from `first`
// on.
void gk_decode_product(int variant, const gk_decode_matrix *w, ptrdiff_t first, ptrdiff_t count,
                       ptrdiff_t samples, const float *x, ptrdiff_t x_step, float *y,
                       ptrdiff_t y_step);

// The keys and values of one head. Keys: panels of 16 positions with `width` rows. Values: panels
// of 16 channels with `capacity` rows, a row a position.
typedef struct {
    ptrdiff_t width, value_width;
    // Positions there is room for, a multiple of 16.
    ptrdiff_t capacity;
    float scale;
    gk_decode_storage storage;
} gk_decode_head;

ptrdiff_t gk_decode_key_bytes(const gk_decode_head *head);
ptrdiff_t gk_decode_value_bytes(const gk_decode_head *head);

// Writes key and value of one position.
void gk_decode_append(const gk_decode_head *head, ptrdiff_t position, const float *key,
                      const float *value, void *keys, void *values);

// One query each of `samples` samples to `count` <= gk_decode_range positions from `first` on, a
// multiple of 16. A sample's result: the values combined by e^(score - largest), then, at its
// element value_width rounded up to 16, the largest score and the sum of the exponentials.
void gk_decode_attend(int variant, const gk_decode_head *head, const void *keys,
                      const void *values, ptrdiff_t first, ptrdiff_t count, ptrdiff_t samples,
                      const float *q, ptrdiff_t q_step, float *result, ptrdiff_t result_step);

// Elements of such a result.
ptrdiff_t gk_decode_result_length(ptrdiff_t value_width);

// y [value_width] = the attention to all of `ranges` ranges, given their results one behind the
// other, added in their order.
void gk_decode_merge(int variant, ptrdiff_t value_width, ptrdiff_t ranges, const float *results,
                     float *y);

// y = (x - mean) (1 / sqrt(variance) + epsilon) scale + shift over n elements.
void gk_decode_norm(int variant, ptrdiff_t n, float epsilon, const float *x, const float *scale,
                    const float *shift, float *y);

// y[i] = e^((x[i] - largest) factor); returns the largest x, NaN if one is. y may be x.
float gk_decode_exponentials(int variant, ptrdiff_t n, const float *x, float factor, float *y);
