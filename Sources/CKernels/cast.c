#include "CKernelsCast.h"
#include <string.h>

// MARK: Half-width types

typedef struct { uint16_t bits; } half;
typedef struct { uint16_t bits; } brain;
typedef struct { uint8_t bits; } truth;

static inline float float_of_bits(uint32_t bits) { float v; memcpy(&v, &bits, 4); return v; }
static inline uint32_t bits_of_float(float v) { uint32_t bits; memcpy(&bits, &v, 4); return bits; }

// The exponent is moved by a multiplication, which also normalizes denormals; it must happen with
// denormals on, so they take the other way: as a whole number times 2⁻²⁴.
static inline float half_to_float(half h) {
    const uint32_t sign = (uint32_t)(h.bits & 0x8000) << 16, rest = h.bits & 0x7FFF;
    const uint32_t normal = (rest << 13) + (rest >= 0x7C00 ? 0x70000000u : 0x38000000u);
    const uint32_t small = bits_of_float((float)(int32_t)rest * 0x1p-24f);
    return float_of_bits(sign | (rest < 0x400 ? small : normal));
}

static inline half float_to_half(float v) {
    const uint32_t bits = bits_of_float(v), sign = bits >> 16 & 0x8000, rest = bits & 0x7FFFFFFF;
    uint32_t result;
    if (rest > 0x7F800000) result = 0x7E00;          // NaN
    else if (rest >= 0x477FF000) result = 0x7C00;    // from 65520: infinity
    else if (rest < 0x38800000) {                    // below 2⁻¹⁴: in steps of 2⁻²⁴
        const float steps = float_of_bits(rest) * 0x1p24f;
        result = (uint32_t)(steps + 8388608.0f - 8388608.0f);
    } else result = (rest - 0x38000000 + 0xFFF + (rest >> 13 & 1)) >> 13;
    return (half){(uint16_t)(sign | result)};
}

static inline float brain_to_float(brain b) { return float_of_bits((uint32_t)b.bits << 16); }
static inline brain float_to_brain(float v) {
    const uint32_t bits = bits_of_float(v);
    const uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    return (brain){(uint16_t)(v != v ? (bits >> 16 | 0x40) : rounded)};
}

// MARK: One element

#define SAME(v) (v)
#define TO_TRUTH(v) ((truth){(v) != 0})
// The bounds are powers of two, so that they are exact in float: `top` is the first value outside.
#define BOUNDED(T, v, low, high, top) \
    ((v) != (v) ? 0 : (v) >= (top) ? (high) : (v) <= (low) ? (low) : (T)(v))
#define REAL_TO_INT32(v) BOUNDED(int32_t, v, INT32_MIN, INT32_MAX, 2147483648.0f)
#define REAL_TO_INT64(v) BOUNDED(int64_t, v, INT64_MIN, INT64_MAX, 9223372036854775808.0f)
#define REAL_TO_UINT8(v) BOUNDED(uint8_t, v, 0, 255, 256.0f)

#define CAST(F, T, convert)                                                             \
    static void cast_##F##_##T(const F *restrict x, T *restrict y, ptrdiff_t n) {           \
        for (ptrdiff_t i = 0; i < n; i++) {                                             \
            const F v = x[i];                                                           \
            y[i] = convert;                                                             \
        }                                                                               \
    }
#define FROM_REAL(F)                                                                    \
    CAST(F, float, (float)v)                                                            \
    CAST(F, double, (double)v)                                                          \
    CAST(F, half, float_to_half((float)v))                                              \
    CAST(F, brain, float_to_brain((float)v))                                            \
    CAST(F, int32_t, REAL_TO_INT32(v))                                                  \
    CAST(F, int64_t, REAL_TO_INT64(v))                                                  \
    CAST(F, uint8_t, REAL_TO_UINT8(v))                                                  \
    CAST(F, truth, TO_TRUTH(v))
#define FROM_INTEGER(F)                                                                 \
    CAST(F, float, (float)v)                                                            \
    CAST(F, double, (double)v)                                                          \
    CAST(F, half, float_to_half((float)v))                                              \
    CAST(F, brain, float_to_brain((float)v))                                            \
    CAST(F, int32_t, (int32_t)v)                                                        \
    CAST(F, int64_t, (int64_t)v)                                                        \
    CAST(F, uint8_t, (uint8_t)v)                                                        \
    CAST(F, truth, TO_TRUTH(v))
#define FROM_OTHER(F, number)                                                           \
    CAST(F, float, (float)(number))                                                     \
    CAST(F, double, (double)(number))                                                   \
    CAST(F, half, float_to_half(number))                                                \
    CAST(F, brain, float_to_brain(number))                                              \
    CAST(F, int32_t, REAL_TO_INT32(number))                                             \
    CAST(F, int64_t, REAL_TO_INT64(number))                                             \
    CAST(F, uint8_t, REAL_TO_UINT8(number))                                             \
    CAST(F, truth, TO_TRUTH(number))

FROM_REAL(float)
FROM_REAL(double)
FROM_INTEGER(int32_t)
FROM_INTEGER(int64_t)
FROM_INTEGER(uint8_t)
FROM_OTHER(half, half_to_float(v))
FROM_OTHER(brain, brain_to_float(v))
FROM_OTHER(truth, (float)v.bits)

#define ROW(F)                                                                          \
    {cast_##F##_float, cast_##F##_double, cast_##F##_half, cast_##F##_brain,            \
     cast_##F##_int32_t, cast_##F##_int64_t, cast_##F##_uint8_t, cast_##F##_truth}

void gk_cast(gk_element from, const void *x, gk_element to, void *y, ptrdiff_t n) {
    static void *const table[gk_cast_count][gk_cast_count] = {
        ROW(float), ROW(double), ROW(half), ROW(brain),
        ROW(int32_t), ROW(int64_t), ROW(uint8_t), ROW(truth),
    };
    ((void (*)(const void *, void *, ptrdiff_t))table[from][to])(x, y, n);
}
