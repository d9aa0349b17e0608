#include "walk.h"

#define GK_WITH_INTEGERS 1
#define GK_SOURCE "arithmetic.inc"
#include "variants.h"

// MARK: Walks

void gk_walk_append(gk_walk *walk, ptrdiff_t length, ptrdiff_t a, ptrdiff_t b, ptrdiff_t c) {
    if (length == 1) return;
    const ptrdiff_t step[3] = {a, b, c};
    if (walk->rank > 0) {
        const int last = walk->rank - 1;
        int gapless = 1;
        for (int k = 0; k < 3; k++) gapless &= walk->step[last][k] == step[k] * length;
        if (gapless) {
            walk->length[last] *= length;
            memcpy(walk->step[last], step, sizeof step);
            return;
        }
    }
    walk->length[walk->rank] = length;
    memcpy(walk->step[walk->rank], step, sizeof step);
    walk->rank++;
}

ptrdiff_t gk_walk_inner_step(const gk_walk *walk, int operand) {
    return walk->rank > 0 ? walk->step[walk->rank - 1][operand] : 0;
}

// MARK: Two operands

typedef void (*binary)(const void *, const void *, void *, ptrdiff_t);
#define ALL(name)                                                                       \
    {GK_ALL_TYPES(name##_dense), GK_ALL_TYPES(name##_first), GK_ALL_TYPES(name##_second)}
#define REALS(name) {GK_TABLE(name##_dense), GK_TABLE(name##_first), GK_TABLE(name##_second)}

// [operation][dense, first constant, second constant][type]
static void *const table[gk_binary_count][3][gk_type_count] = {
    ALL(add),       ALL(subtract), ALL(multiply),      REALS(divide), ALL(maximum),
    ALL(minimum),   REALS(power),  ALL(equal),         ALL(not_equal), ALL(less),
    ALL(less_or_equal), ALL(greater), ALL(greater_or_equal),
};

static inline ptrdiff_t width_of(int type) {
    static const ptrdiff_t widths[gk_type_count] = {4, 4, 4, 8, 8, 8, 4, 8, 1};
    return widths[type];
}

static void repeat(char *y, ptrdiff_t width, ptrdiff_t n) {
    switch (width) {
    case 1: memset(y, *y, (size_t)n); return;
    case 4: { const uint32_t v = *(uint32_t *)y; for (ptrdiff_t i = 1; i < n; i++) ((uint32_t *)y)[i] = v; return; }
    default: { const uint64_t v = *(uint64_t *)y; for (ptrdiff_t i = 1; i < n; i++) ((uint64_t *)y)[i] = v; }
    }
}

void gk_binary_walk(int type, gk_binary op, const gk_walk *walk, const void *a, const void *b,
                    void *y, ptrdiff_t first, ptrdiff_t count) {
    const ptrdiff_t width = width_of(type), result_width = op >= gk_equal ? 1 : width;
    const ptrdiff_t as = gk_walk_inner_step(walk, 0), bs = gk_walk_inner_step(walk, 1);
    const binary f = (binary)table[op][as ? (bs ? 0 : 2) : (bs ? 1 : 0)][type];
    row_cursor c = first_row(walk, first);
    char *out = (char *)y + first * result_width;
    while (count > 0) {
        const ptrdiff_t n = c.n - c.column < count ? c.n - c.column : count;
        const char *p = (const char *)a + (c.position[0] + as * c.column) * width;
        const char *q = (const char *)b + (c.position[1] + bs * c.column) * width;
        if (as | bs) {
            f(p, q, out, n);
        } else {
            f(p, q, out, 1);
            repeat(out, result_width, n);
        }
        out += n * result_width;
        count -= n;
        next_row(&c);
    }
}

typedef void (*accumulation)(const void *, void *, ptrdiff_t);
void gk_accumulate(int variant, const void *x, void *y, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(accumulate);
    ((accumulation)table[variant])(x, y, n);
}
