// The loop over the rows of a gk_walk, for the kernels that take one.
#include "CKernelsArithmetic.h"

// Where operand positions stand during a pass over rows.
typedef struct {
    const gk_walk *walk;
    int outer;               // axes outside the row
    ptrdiff_t n;             // elements of a row
    ptrdiff_t index[8];      // along the outer axes
    ptrdiff_t position[3];   // of the row's first element, per operand
    ptrdiff_t column;        // where in the row the pass stands
} row_cursor;

static inline row_cursor first_row(const gk_walk *walk, ptrdiff_t first) {
    row_cursor c = {.walk = walk, .outer = walk->rank > 0 ? walk->rank - 1 : 0};
    c.n = walk->rank > 0 ? walk->length[c.outer] : 1;
    ptrdiff_t row = first / c.n;
    c.column = first - row * c.n;
    for (int axis = c.outer - 1; axis >= 0; axis--) {
        c.index[axis] = row % walk->length[axis];
        row /= walk->length[axis];
        for (int k = 0; k < 3; k++) c.position[k] += c.index[axis] * walk->step[axis][k];
    }
    return c;
}

static inline void next_row(row_cursor *c) {
    c->column = 0;
    for (int axis = c->outer - 1; axis >= 0; axis--) {
        const ptrdiff_t *step = c->walk->step[axis], length = c->walk->length[axis];
        for (int k = 0; k < 3; k++) c->position[k] += step[k];
        if (++c->index[axis] < length) return;
        c->index[axis] = 0;
        for (int k = 0; k < 3; k++) c->position[k] -= step[k] * length;
    }
}
