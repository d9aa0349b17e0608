#include "walk.h"
#include <string.h>

#define SELECT_LOOP(A, B)                                                               \
    for (ptrdiff_t i = 0; i < n; i++) y[i] = mask[i] ? b[B] : a[A];

// Rows whose mask is constant are copied or filled; else one loop for each pair of steps.
#define SELECTS(T)                                                                      \
    static void select_##T(const T *restrict a, ptrdiff_t as, const T *restrict b,      \
                           ptrdiff_t bs, const uint8_t *restrict mask, ptrdiff_t ms,    \
                           T *restrict y, ptrdiff_t n) {                                \
        if (ms == 0) {                                                                  \
            const T *from = *mask ? b : a;                                              \
            if (*mask ? bs : as) memcpy(y, from, (size_t)n * sizeof(T));                \
            else for (ptrdiff_t i = 0; i < n; i++) y[i] = *from;                        \
        } else if (as && bs) SELECT_LOOP(i, i)                                          \
        else if (as) SELECT_LOOP(i, 0)                                                  \
        else if (bs) SELECT_LOOP(0, i)                                                  \
        else SELECT_LOOP(0, 0)                                                          \
    }                                                                                   \
    static void walk_##T(const gk_walk *walk, const T *a, const T *b, const uint8_t *mask, \
                         T *y, ptrdiff_t first, ptrdiff_t count) {                      \
        const ptrdiff_t as = gk_walk_inner_step(walk, 0), bs = gk_walk_inner_step(walk, 1); \
        const ptrdiff_t ms = gk_walk_inner_step(walk, 2);                               \
        row_cursor c = first_row(walk, first);                                          \
        y += first;                                                                     \
        while (count > 0) {                                                             \
            const ptrdiff_t n = c.n - c.column < count ? c.n - c.column : count;        \
            select_##T(a + c.position[0] + as * c.column, as,                           \
                       b + c.position[1] + bs * c.column, bs,                           \
                       mask + c.position[2] + ms * c.column, ms, y, n);                 \
            y += n;                                                                     \
            count -= n;                                                                 \
            next_row(&c);                                                               \
        }                                                                               \
    }

SELECTS(uint8_t)
SELECTS(uint16_t)
SELECTS(uint32_t)
SELECTS(uint64_t)

void gk_select_walk(int width, const gk_walk *walk, const void *a, const void *b,
                    const uint8_t *mask, void *y, ptrdiff_t first, ptrdiff_t count) {
    if (count <= 0) return;
    switch (width) {
    case 1: walk_uint8_t(walk, a, b, mask, y, first, count); break;
    case 2: walk_uint16_t(walk, a, b, mask, y, first, count); break;
    case 4: walk_uint32_t(walk, a, b, mask, y, first, count); break;
    default: walk_uint64_t(walk, a, b, mask, y, first, count); break;
    }
}
