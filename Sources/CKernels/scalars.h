// Includes GK_SOURCE for float and for double; see variants.h.
#define REAL float
#define GK_TYPE f32
#define GK_FLOAT 1
#include GK_SOURCE
#undef REAL
#undef GK_TYPE
#undef GK_FLOAT

#define REAL double
#define GK_TYPE f64
#define GK_FLOAT 0
#include GK_SOURCE
#undef REAL
#undef GK_TYPE
#undef GK_FLOAT
