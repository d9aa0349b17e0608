// Includes GK_SOURCE for float and for double, and in the portable pass, where GK_WITH_INTEGERS is
// defined, for the integer types; see variants.h.
#define REAL float
#define GK_TYPE f32
#define GK_FLOAT 1
#define GK_INTEGER 0
#include GK_SOURCE
#undef REAL
#undef GK_TYPE
#undef GK_FLOAT
#undef GK_INTEGER

#define REAL double
#define GK_TYPE f64
#define GK_FLOAT 0
#define GK_INTEGER 0
#include GK_SOURCE
#undef REAL
#undef GK_TYPE
#undef GK_FLOAT
#undef GK_INTEGER

#if defined(GK_WITH_INTEGERS) && !defined(GK_AVX2) && !defined(GK_AVX512)
#define GK_FLOAT 0
#define GK_INTEGER 1

#define REAL int32_t
#define GK_UNSIGNED uint32_t
#define GK_SMALLEST INT32_MIN
#define GK_LARGEST INT32_MAX
#define GK_TYPE i32
#include GK_SOURCE
#undef REAL
#undef GK_UNSIGNED
#undef GK_SMALLEST
#undef GK_LARGEST
#undef GK_TYPE

#define REAL int64_t
#define GK_UNSIGNED uint64_t
#define GK_SMALLEST INT64_MIN
#define GK_LARGEST INT64_MAX
#define GK_TYPE i64
#include GK_SOURCE
#undef REAL
#undef GK_UNSIGNED
#undef GK_SMALLEST
#undef GK_LARGEST
#undef GK_TYPE

#define REAL uint8_t
#define GK_UNSIGNED uint8_t
#define GK_SMALLEST 0
#define GK_LARGEST UINT8_MAX
#define GK_TYPE u8
#include GK_SOURCE
#undef REAL
#undef GK_UNSIGNED
#undef GK_SMALLEST
#undef GK_LARGEST
#undef GK_TYPE

#undef GK_FLOAT
#undef GK_INTEGER
#endif
