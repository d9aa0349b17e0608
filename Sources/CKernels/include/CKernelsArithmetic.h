#pragma once
#include <stddef.h>
#include <stdint.h>

// `type` is a variant (0 ... 5, see CKernels.h) or an integer type, which has one version.
enum { gk_int32 = 6, gk_int64 = 7, gk_uint8 = 8, gk_type_count = 9 };

// Where the operands of an elementwise pass stand: axes with a step for each of up to three, in
// elements. Made by gk_walk_append from the outermost axis inwards, on a zeroed walk; axes of
// length 1 are dropped and neighbors merged as far as all steps allow. The result is row-major
// and gapless. The innermost step of every operand must be 0 or 1 when the walk is used.
typedef struct {
    int rank;
    ptrdiff_t length[8], step[8][3];
} gk_walk;
void gk_walk_append(gk_walk *walk, ptrdiff_t length, ptrdiff_t a, ptrdiff_t b, ptrdiff_t c);
// The step of an operand along the innermost axis, 0 when there is none.
ptrdiff_t gk_walk_inner_step(const gk_walk *walk, int operand);

// Two operands, element by element. A comparison gives bytes 0 and 1, arithmetic its own type;
// integers wrap around, and have no division and no power.
typedef enum {
    gk_add, gk_subtract, gk_multiply, gk_divide, gk_maximum, gk_minimum, gk_power,
    gk_equal, gk_not_equal, gk_less, gk_less_or_equal, gk_greater, gk_greater_or_equal,
    gk_binary_count
} gk_binary;

// y[i] = op(a, b) for elements first ≤ i < first + count of the walk; `y` points to element 0. With
// `streams` floats and doubles bypass the caches, see gk_stream.
void gk_binary_walk(int type, gk_binary op, const gk_walk *walk, const void *a, const void *b,
                    void *y, ptrdiff_t first, ptrdiff_t count, int streams);

// The same for n elements in a row: each operand dense (a step of 1) or constant (a step of 0), not
// both constant.
void gk_binary_row(int type, gk_binary op, const void *a, int a_step, const void *b, int b_step,
                   void *y, ptrdiff_t n);

// y[i] = mask ? b : a, elements of `width` bytes (1, 2, 4, 8); operands in the order a, b, mask.
void gk_select_walk(int width, const gk_walk *walk, const void *a, const void *b,
                    const uint8_t *mask, void *y, ptrdiff_t first, ptrdiff_t count);

// y[i] += x[i]
void gk_accumulate(int variant, const void *x, void *y, ptrdiff_t n);

// y[i] = x[i], written past the caches: for results larger than those, whose lines are then not read
// first. Call gk_stream_end before another thread reads them.
void gk_stream(int variant, const void *x, void *y, ptrdiff_t n);
static inline void gk_stream_end(void) { __sync_synchronize(); }
