#include "CKernelsCopy.h"
#include <string.h>

typedef struct {
    int rank;
    ptrdiff_t length[8], from[8], to[8];
} walk;

// Drops axes of length 1 and merges neighbors that are gapless on both sides.
static walk simplified(int rank, const ptrdiff_t *lengths, const ptrdiff_t *from,
                       const ptrdiff_t *to) {
    walk w = {.rank = 0};
    for (int axis = 0; axis < rank; axis++) {
        if (lengths[axis] == 1) continue;
        const int last = w.rank - 1;
        if (last >= 0 && w.from[last] == from[axis] * lengths[axis] &&
            w.to[last] == to[axis] * lengths[axis]) {
            w.length[last] *= lengths[axis];
            w.from[last] = from[axis];
            w.to[last] = to[axis];
            continue;
        }
        w.length[w.rank] = lengths[axis];
        w.from[w.rank] = from[axis];
        w.to[w.rank] = to[axis];
        w.rank++;
    }
    return w;
}

#define BLOCK 16
// Elements a side of the tile that a transposition goes through.
#define TILE 64

#define COPIES(T)                                                                       \
    static void line_##T(const T *from, ptrdiff_t from_step, T *to, ptrdiff_t to_step,  \
                         ptrdiff_t n) {                                                 \
        if (from_step == 1 && to_step == 1) {                                           \
            memcpy(to, from, (size_t)n * sizeof(T));                                    \
        } else if (from_step == 0 && to_step == 1) {                                    \
            const T value = *from;                                                      \
            for (ptrdiff_t i = 0; i < n; i++) to[i] = value;                            \
        } else {                                                                        \
            for (ptrdiff_t i = 0; i < n; i++) to[i * to_step] = from[i * from_step];    \
        }                                                                               \
    }                                                                                   \
    /* A transposition: rows of the source go to a tile in the first-level cache in one piece, and \
       leave it as rows of the target (4096 x 4096 floats: 25 ms by blocks of 16, 13 so). */ \
    static void turn_##T(const T *from, ptrdiff_t fj, T *to, ptrdiff_t ti, ptrdiff_t rows, \
                         ptrdiff_t n) {                                                 \
        T tile[TILE * TILE];                                                            \
        for (ptrdiff_t r0 = 0; r0 < rows; r0 += TILE)                                   \
            for (ptrdiff_t c0 = 0; c0 < n; c0 += TILE) {                                \
                const ptrdiff_t r1 = rows - r0 < TILE ? rows - r0 : TILE;               \
                const ptrdiff_t c1 = n - c0 < TILE ? n - c0 : TILE;                     \
                for (ptrdiff_t c = 0; c < c1; c++)                                      \
                    memcpy(tile + c * TILE, from + r0 + (c0 + c) * fj, (size_t)r1 * sizeof(T)); \
                for (ptrdiff_t r = 0; r < r1; r++)                                      \
                    for (ptrdiff_t c = 0; c < c1; c++)                                  \
                        to[(r0 + r) * ti + c0 + c] = tile[c * TILE + r];                \
            }                                                                           \
    }                                                                                   \
    /* Blocks keep both sides' cache lines alive when one of them walks across rows. */ \
    static void plane_##T(const walk *w, const T *from, T *to) {                        \
        const int i = w->rank - 2, j = w->rank - 1;                                     \
        const ptrdiff_t rows = w->length[i], n = w->length[j];                          \
        const ptrdiff_t fi = w->from[i], fj = w->from[j], ti = w->to[i], tj = w->to[j]; \
        if (fj == 0 || (fj == 1 && tj == 1)) {                                          \
            for (ptrdiff_t r = 0; r < rows; r++)                                        \
                line_##T(from + r * fi, fj, to + r * ti, tj, n);                        \
            return;                                                                     \
        }                                                                               \
        if (fi == 1 && tj == 1 && rows >= BLOCK && n >= BLOCK) {                        \
            turn_##T(from, fj, to, ti, rows, n);                                        \
            return;                                                                     \
        }                                                                               \
        for (ptrdiff_t r0 = 0; r0 < rows; r0 += BLOCK)                                  \
            for (ptrdiff_t c0 = 0; c0 < n; c0 += BLOCK) {                               \
                const ptrdiff_t r1 = r0 + BLOCK < rows ? r0 + BLOCK : rows;             \
                const ptrdiff_t c1 = c0 + BLOCK < n ? c0 + BLOCK : n;                   \
                for (ptrdiff_t r = r0; r < r1; r++)                                     \
                    for (ptrdiff_t c = c0; c < c1; c++)                                 \
                        to[r * ti + c * tj] = from[r * fi + c * fj];                    \
            }                                                                           \
    }                                                                                   \
    static void copy_##T(const walk *w, const T *from, T *to) {                         \
        if (w->rank == 0) { *to = *from; return; }                                      \
        if (w->rank == 1) { line_##T(from, w->from[0], to, w->to[0], w->length[0]); return; } \
        const int outer = w->rank - 2;                                                  \
        ptrdiff_t index[8] = {0};                                                       \
        for (;;) {                                                                      \
            plane_##T(w, from, to);                                                     \
            int axis = outer - 1;                                                       \
            for (; axis >= 0; axis--) {                                                 \
                from += w->from[axis];                                                  \
                to += w->to[axis];                                                      \
                if (++index[axis] < w->length[axis]) break;                             \
                from -= w->from[axis] * w->length[axis];                                \
                to -= w->to[axis] * w->length[axis];                                    \
                index[axis] = 0;                                                        \
            }                                                                           \
            if (axis < 0) return;                                                       \
        }                                                                               \
    }

COPIES(uint8_t)
COPIES(uint16_t)
COPIES(uint32_t)
COPIES(uint64_t)

void gk_copy_strided(int width, int rank, const ptrdiff_t *lengths, const void *from,
                     const ptrdiff_t *from_steps, void *to, const ptrdiff_t *to_steps) {
    for (int axis = 0; axis < rank; axis++)
        if (lengths[axis] == 0) return;
    const walk w = simplified(rank, lengths, from_steps, to_steps);
    switch (width) {
    case 1: copy_uint8_t(&w, from, to); break;
    case 2: copy_uint16_t(&w, from, to); break;
    case 4: copy_uint32_t(&w, from, to); break;
    default: copy_uint64_t(&w, from, to); break;
    }
}

#define FILL(T)                                                                         \
    {                                                                                   \
        const T v = *(const T *)value;                                                  \
        for (ptrdiff_t i = 0; i < n; i++) ((T *)to)[i] = v;                             \
    }

void gk_fill(int width, const void *value, void *to, ptrdiff_t n) {
    switch (width) {
    case 1: memset(to, *(const uint8_t *)value, (size_t)n); break;
    case 2: FILL(uint16_t) break;
    case 4: FILL(uint32_t) break;
    default: FILL(uint64_t) break;
    }
}
