#pragma once
#include <stddef.h>
#include <stdint.h>

// Element types as files name them, in the order of ElementType.allCases.
typedef enum {
    gk_cast_float32, gk_cast_float64, gk_cast_float16, gk_cast_bfloat16, gk_cast_int32,
    gk_cast_int64, gk_cast_uint8, gk_cast_bool, gk_cast_count
} gk_element;

// y[i] = x[i] in another type. To integers: towards zero, held inside the range, NaN becomes 0;
// between integers: the low bits. To truth: whether not 0. To the half-width types: nearest, ties
// to even. No overlap.
void gk_cast(gk_element from, const void *x, gk_element to, void *y, ptrdiff_t n);
