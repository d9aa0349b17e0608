// The walk over the rows of a grid [n][t][h][w], for the kernels that slide windows.
#pragma once
#include <stddef.h>

typedef struct {
    ptrdiff_t n, q[3];
} gk_cursor;

static inline gk_cursor gk_cursor_at(const ptrdiff_t *grid, ptrdiff_t row) {
    gk_cursor c;
    for (int axis = 2; axis >= 0; axis--) {
        c.q[axis] = row % grid[axis];
        row /= grid[axis];
    }
    c.n = row;
    return c;
}

static inline void gk_cursor_next(const ptrdiff_t *grid, gk_cursor *c) {
    for (int axis = 2; axis >= 0; axis--) {
        if (++c->q[axis] < grid[axis]) return;
        c->q[axis] = 0;
    }
    c->n++;
}
