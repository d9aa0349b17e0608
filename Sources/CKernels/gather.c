#include "CKernelsGather.h"
#include "CKernelsArithmetic.h"
#include <string.h>

#define GK_WITH_INTEGERS 1
#define GK_SOURCE "gather.inc"
#include "variants.h"

#define EACH_WIDTH(width, ...)                                                          \
    switch (width) {                                                                    \
    case 1: { typedef uint8_t T; __VA_ARGS__ } break;                                   \
    case 2: { typedef uint16_t T; __VA_ARGS__ } break;                                  \
    case 4: { typedef uint32_t T; __VA_ARGS__ } break;                                  \
    default: { typedef uint64_t T; __VA_ARGS__ } break;                                  \
    }

void gk_place_rows(int width, const void *x, const int32_t *index, void *y, ptrdiff_t rows,
                   ptrdiff_t n) {
    EACH_WIDTH(width, {
        for (ptrdiff_t r = 0; r < rows; r++) ((T *)y)[r * n + index[r]] = ((const T *)x)[r];
    })
}

void gk_gather(int width, const void *x, const int32_t *index, void *y, ptrdiff_t n, ptrdiff_t m,
               ptrdiff_t inner, ptrdiff_t first, ptrdiff_t count) {
    EACH_WIDTH(width, {
        for (ptrdiff_t row = first; row < first + count; row++) {
            const ptrdiff_t o = row / m, j = row - o * m;
            const T *from = (const T *)x + (o * n + index[j]) * inner;
            T *to = (T *)y + row * inner;
            if (inner == 1) *to = *from;
            else memcpy(to, from, (size_t)inner * sizeof(T));
        }
    })
}

void gk_gather_along(int width, const void *x, const int32_t *index, void *y, ptrdiff_t outer,
                     ptrdiff_t n, ptrdiff_t m, ptrdiff_t inner) {
    EACH_WIDTH(width, {
        const T *from = x;
        T *to = y;
        for (ptrdiff_t o = 0; o < outer; o++, from += n * inner)
            for (ptrdiff_t j = 0; j < m; j++, index += inner, to += inner)
                for (ptrdiff_t i = 0; i < inner; i++) to[i] = from[index[i] * inner + i];
    })
}

typedef void (*addition)(const void *, const int32_t *, void *, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                         ptrdiff_t, ptrdiff_t, ptrdiff_t);
typedef void (*addition_along)(const void *, const int32_t *, void *, ptrdiff_t, ptrdiff_t,
                               ptrdiff_t, ptrdiff_t);

void gk_scatter_add(int type, const void *x, const int32_t *index, void *y, ptrdiff_t outer,
                    ptrdiff_t n, ptrdiff_t m, ptrdiff_t inner, ptrdiff_t low, ptrdiff_t high) {
    static void *const table[gk_type_count] = GK_ALL_TYPES(scatter_add);
    ((addition)table[type])(x, index, y, outer, n, m, inner, low, high);
}

void gk_scatter_add_along(int type, const void *x, const int32_t *index, void *y, ptrdiff_t outer,
                          ptrdiff_t n, ptrdiff_t m, ptrdiff_t inner) {
    static void *const table[gk_type_count] = GK_ALL_TYPES(scatter_add_along);
    ((addition_along)table[type])(x, index, y, outer, n, m, inner);
}
