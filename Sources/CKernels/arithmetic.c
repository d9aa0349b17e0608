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

// Writes the first element of y, `width` bytes, to all n.
static void repeat(char *y, ptrdiff_t width, ptrdiff_t n) {
    ptrdiff_t done = 1;
    for (; 2 * done <= n; done *= 2) memcpy(y + done * width, y, (size_t)(done * width));
    memcpy(y + done * width, y, (size_t)((n - done) * width));
}

// One pass: the function for the innermost steps, and the operands.
typedef struct {
    const gk_walk *walk;
    binary f;
    const char *a, *b;
    char *y;
    ptrdiff_t width, result_width, a_step, b_step;
    int type, streams;
} pass;

// The function over n elements in a row.
static void run(const pass *p, const char *a, const char *b, char *y, ptrdiff_t n) {
    enum { ROOM = 4096 };
    if (!p->streams) {
        p->f(a, b, y, n);
        return;
    }
    _Alignas(64) char block[ROOM];
    const ptrdiff_t most = ROOM / p->width;
    const ptrdiff_t a_bytes = p->a_step * p->width, b_bytes = p->b_step * p->width;
    for (ptrdiff_t i = 0; i < n; i += most) {
        const ptrdiff_t m = n - i < most ? n - i : most;
        p->f(a + i * a_bytes, b + i * b_bytes, block, m);
        gk_stream(p->type, block, y + i * p->width, m);
    }
}

static void run_rows(const pass *p, ptrdiff_t first, ptrdiff_t count) {
    row_cursor c = first_row(p->walk, first);
    char *out = p->y + first * p->result_width;
    while (count > 0) {
        const ptrdiff_t n = c.n - c.column < count ? c.n - c.column : count;
        const char *a = p->a + (c.position[0] + p->a_step * c.column) * p->width;
        const char *b = p->b + (c.position[1] + p->b_step * c.column) * p->width;
        if (p->a_step | p->b_step) {
            run(p, a, b, out, n);
        } else {
            p->f(a, b, out, 1);
            repeat(out, p->result_width, n);
        }
        out += n * p->result_width;
        count -= n;
        next_row(&c);
    }
}

// Which operand is one short row for all rows of the other, which is gapless; −1 if none.
static int repeated_operand(const gk_walk *walk) {
    if (walk->rank != 2 || walk->length[1] > 64) return -1;
    const ptrdiff_t n = walk->length[1], *outer = walk->step[0], *inner = walk->step[1];
    if (!inner[0] || !inner[1]) return -1;
    if (outer[0] == n && outer[1] == 0) return 1;
    if (outer[1] == n && outer[0] == 0) return 0;
    return -1;
}

// A short repeated row is written out often enough that the loops below are long (a bias of 4
// channels on 16 M floats: 22 to 6 ms). `first` stands at the start of a row.
static void run_repeated(const pass *p, int repeated, ptrdiff_t first, ptrdiff_t rows) {
    enum { ROOM = 4096 };
    _Alignas(64) char tile[ROOM];
    const ptrdiff_t n = p->walk->length[1], row = n * p->width, held = ROOM / row;
    const char *from = repeated ? p->b : p->a, *dense = (repeated ? p->a : p->b) + first * p->width;
    char *out = p->y + first * p->result_width;
    for (ptrdiff_t r = 0; r < held; r++) memcpy(tile + r * row, from, (size_t)row);
    for (ptrdiff_t r = 0; r < rows; r += held) {
        const ptrdiff_t m = rows - r < held ? rows - r : held;
        if (repeated) run(p, dense, tile, out, m * n);
        else run(p, tile, dense, out, m * n);
        dense += m * row;
        out += m * n * p->result_width;
    }
}

void gk_binary_walk(int type, gk_binary op, const gk_walk *walk, const void *a, const void *b,
                    void *y, ptrdiff_t first, ptrdiff_t count, int streams) {
    if (count <= 0) return;
    const ptrdiff_t as = gk_walk_inner_step(walk, 0), bs = gk_walk_inner_step(walk, 1);
    const pass p = {
        .walk = walk, .f = (binary)table[op][as ? (bs ? 0 : 2) : (bs ? 1 : 0)][type],
        .a = a, .b = b, .y = y, .width = width_of(type),
        .result_width = op >= gk_equal ? 1 : width_of(type), .a_step = as, .b_step = bs,
        .type = type, .streams = streams && type < gk_int32 && op < gk_equal,
    };
    const int repeated = repeated_operand(walk);
    const ptrdiff_t n = repeated < 0 ? 0 : walk->length[1];
    if (repeated < 0 || count < 4 * n) {
        run_rows(&p, first, count);
    } else {
        const ptrdiff_t head = (n - first % n) % n, rows = (count - head) / n;
        run_rows(&p, first, head);
        run_repeated(&p, repeated, first + head, rows);
        run_rows(&p, first + head + rows * n, count - head - rows * n);
    }
    if (p.streams) gk_stream_end();
}

void gk_binary_row(int type, gk_binary op, const void *a, int a_step, const void *b, int b_step,
                   void *y, ptrdiff_t n) {
    ((binary)table[op][a_step ? (b_step ? 0 : 2) : 1][type])(a, b, y, n);
}

typedef void (*accumulation)(const void *, void *, ptrdiff_t);
void gk_accumulate(int variant, const void *x, void *y, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(accumulate);
    ((accumulation)table[variant])(x, y, n);
}

typedef void (*streaming)(const void *, void *, ptrdiff_t);
void gk_stream(int variant, const void *x, void *y, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(stream);
    ((streaming)table[variant])(x, y, n);
}
