#include "CFilm.h"

#include <string.h>

// All that passes vectors is inlined, so that no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

// Vectors of sixteen pixels; the compiler makes of them what the processor has.
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));
typedef int16_t shorts16 __attribute__((vector_size(32)));
typedef int16_t shorts8 __attribute__((vector_size(16)));
typedef int32_t ints16 __attribute__((vector_size(64)));
typedef int32_t ints8 __attribute__((vector_size(32)));

#define GF_INLINE static inline __attribute__((always_inline))

// The upper half of the products.
GF_INLINE shorts16 high16(shorts16 a, int16_t b) {
    ints16 wide = __builtin_convertvector(a, ints16) * (int32_t)b;
    return __builtin_convertvector(wide >> 16, shorts16);
}

GF_INLINE shorts8 high8(shorts8 a, int16_t b) {
    ints8 wide = __builtin_convertvector(a, ints8) * (int32_t)b;
    return __builtin_convertvector(wide >> 16, shorts8);
}

// Each of eight values twice.
GF_INLINE shorts16 doubled(shorts8 v) {
    return __builtin_shufflevector(v, v, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
}

// Levels of 1/64 as bytes.
GF_INLINE bytes16 levels(shorts16 v) {
    v >>= 6;
    v = __builtin_elementwise_max(__builtin_elementwise_min(v, (shorts16){} + 255), (shorts16){});
    return __builtin_convertvector(v, bytes16);
}

GF_INLINE void sixteen(
    const uint8_t *luma, const uint8_t *blue, const uint8_t *red, uint8_t *pixels,
    const gf_matrix *m
) {
    bytes16 y8;
    bytes8 b8, r8;
    memcpy(&y8, luma, 16);
    memcpy(&b8, blue, 8);
    memcpy(&r8, red, 8);
    shorts16 y = __builtin_convertvector(y8, shorts16);
    y = (y << 6) + high16(y << 7, m->luma) + m->offset;
    shorts8 cb = __builtin_convertvector(b8, shorts8) - 128;
    shorts8 cr = __builtin_convertvector(r8, shorts8) - 128;
    shorts8 wb = cb * 256, wr = cr * 256;
    shorts16 red_part = doubled(high8(wr, m->red_of_red));
    shorts16 green_part = doubled(high8(wb, m->green_of_blue) + high8(wr, m->green_of_red));
    shorts16 blue_part = doubled(cb * 64 + high8(wb, m->blue_of_blue));
    bytes16 r = levels(__builtin_elementwise_add_sat(y, red_part));
    bytes16 g = levels(__builtin_elementwise_add_sat(y, green_part));
    bytes16 b = levels(__builtin_elementwise_add_sat(y, blue_part));
    // r0 g0 b0 r1 …: red and green in turn first, then blue among them.
    bytes16 low = __builtin_shufflevector(
        r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    bytes16 high = __builtin_shufflevector(
        r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    bytes16 middle = __builtin_shufflevector(
        low, high, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25);
    bytes16 first = __builtin_shufflevector(
        low, b, 0, 1, 16, 2, 3, 17, 4, 5, 18, 6, 7, 19, 8, 9, 20, 10);
    bytes16 second = __builtin_shufflevector(
        middle, b, 1, 21, 2, 3, 22, 4, 5, 23, 6, 7, 24, 8, 9, 25, 10, 11);
    bytes16 third = __builtin_shufflevector(
        high, b, 26, 6, 7, 27, 8, 9, 28, 10, 11, 29, 12, 13, 30, 14, 15, 31);
    memcpy(pixels, &first, 16);
    memcpy(pixels + 16, &second, 16);
    memcpy(pixels + 32, &third, 16);
}

GF_INLINE void row(
    const uint8_t *restrict luma, const uint8_t *restrict blue, const uint8_t *restrict red,
    uint8_t *restrict pixels, size_t width, const gf_matrix *restrict matrix
) {
    size_t x = 0;
    for (; x + 16 <= width; x += 16) {
        sixteen(luma + x, blue + x / 2, red + x / 2, pixels + 3 * x, matrix);
    }
    if (x == width) { return; }
    uint8_t y[16] = {0}, b[8] = {0}, r[8] = {0}, rest[48];
    size_t count = width - x;
    memcpy(y, luma + x, count);
    memcpy(b, blue + x / 2, (count + 1) / 2);
    memcpy(r, red + x / 2, (count + 1) / 2);
    sixteen(y, b, r, rest, matrix);
    memcpy(pixels + 3 * x, rest, 3 * count);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void row_avx2(
    const uint8_t *restrict luma, const uint8_t *restrict blue, const uint8_t *restrict red,
    uint8_t *restrict pixels, size_t width, const gf_matrix *restrict matrix
) {
    row(luma, blue, red, pixels, width, matrix);
}
#endif

void gf_rgb_row(
    const uint8_t *restrict luma, const uint8_t *restrict blue, const uint8_t *restrict red,
    uint8_t *restrict pixels, size_t width, const gf_matrix *restrict matrix
) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        row_avx2(luma, blue, red, pixels, width, matrix);
        return;
    }
#endif
    row(luma, blue, red, pixels, width, matrix);
}
