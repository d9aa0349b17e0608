// Compiles the kernels of one source once per scalar type and instruction set:
//
//     #define GK_SOURCE "arithmetic.inc"
//     #include "variants.h"
//
// Inside the source, REAL is the scalar type, GK_FLOAT is 1 for float, and GK_F(name) gives the
// function its suffix. A table of all six, in the order of `variant`, is GK_TABLE(name).
//
// With GK_WITH_INTEGERS defined the source is also compiled, portable only, for int32_t, int64_t
// and uint8_t: GK_INTEGER is then 1, and GK_ALL_TYPES(name) is the table of all nine.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define GK_X86 1
#define GK_SIX(name)                                                                    \
    name##_f32_portable, name##_f32_avx2, name##_f32_avx512, name##_f64_portable,       \
        name##_f64_avx2, name##_f64_avx512
#else
#define GK_X86 0
#define GK_SIX(name)                                                                    \
    name##_f32_portable, name##_f32_portable, name##_f32_portable, name##_f64_portable, \
        name##_f64_portable, name##_f64_portable
#endif

#define GK_TABLE(name) {GK_SIX(name)}
#define GK_ALL_TYPES(name)                                                              \
    {GK_SIX(name), name##_i32_portable, name##_i64_portable, name##_u8_portable}

#define GK_JOIN_(name, type, set) name##_##type##_##set
#define GK_JOIN(name, type, set) GK_JOIN_(name, type, set)
#define GK_F(name) GK_JOIN(name, GK_TYPE, GK_SET)

#define GK_SET portable
#include "scalars.h"
#undef GK_SET

#if GK_X86
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2"))), apply_to = function)
#define GK_SET avx2
#define GK_AVX2 1
#include "scalars.h"
#undef GK_AVX2
#undef GK_SET
#pragma clang attribute pop
#pragma clang attribute push(                                                           \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx2,fma,f16c,bmi,bmi2"))), \
    apply_to = function)
#define GK_SET avx512
#define GK_AVX512 1
#include "scalars.h"
#undef GK_AVX512
#undef GK_SET
#pragma clang attribute pop
#endif
