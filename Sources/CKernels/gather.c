#include "CKernelsGather.h"
#include <string.h>

#define EACH_WIDTH(width, body)                                                         \
    switch (width) {                                                                    \
    case 1: { typedef uint8_t T; body } break;                                          \
    case 2: { typedef uint16_t T; body } break;                                         \
    case 4: { typedef uint32_t T; body } break;                                         \
    default: { typedef uint64_t T; body } break;                                        \
    }

void gk_place_rows(int width, const void *x, const int32_t *index, void *y, ptrdiff_t rows,
                   ptrdiff_t n) {
    EACH_WIDTH(width, {
        for (ptrdiff_t r = 0; r < rows; r++) ((T *)y)[r * n + index[r]] = ((const T *)x)[r];
    })
}
