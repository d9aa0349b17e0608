#include "CKernelsChain.h"

#define GK_SOURCE "chain.inc"
#include "variants.h"

enum { MOST_VALUES = gk_chain_most_values };

// A pass over some blocks: where its values stand. Scratch is a row of buffers of a block each.
typedef struct {
    const gk_chain *chain;
    int variant;
    ptrdiff_t width;
    char *scratch;
    const char *value[MOST_VALUES];
    ptrdiff_t start, n;  // of the present block
} chain_pass;

static inline ptrdiff_t width_of(int variant) { return variant < 3 ? 4 : 8; }

static char *buffer(const chain_pass *p, int index) {
    return p->scratch + index * p->chain->block * p->width;
}

// Inputs of short period stand in the first buffers, repeated to a block's length.
static chain_pass begin(int variant, const gk_chain *chain, void *scratch) {
    chain_pass p = {.chain = chain, .variant = variant, .width = width_of(variant)};
    p.scratch = scratch;
    for (int i = 0; i < chain->inputs; i++) {
        const ptrdiff_t period = chain->period[i];
        if (!period || period > chain->block) continue;
        for (ptrdiff_t at = 0; at < chain->block; at += period)
            memcpy(buffer(&p, i) + at * p.width, chain->input[i], (size_t)(period * p.width));
    }
    return p;
}

// Goes to a block: finds the inputs there.
static void enter(chain_pass *p, ptrdiff_t index) {
    const gk_chain *chain = p->chain;
    const ptrdiff_t per_row = (chain->row + chain->block - 1) / chain->block;
    const ptrdiff_t column = index % per_row * chain->block;
    p->start = index / per_row * chain->row + column;
    p->n = chain->row - column < chain->block ? chain->row - column : chain->block;
    for (int i = 0; i < chain->inputs; i++) {
        const ptrdiff_t period = chain->period[i];
        const char *const input = chain->input[i];
        p->value[i] = !period ? input + p->start * p->width
                      : period > chain->block ? input + p->start % period * p->width
                                              : buffer(p, i);
    }
}

// An operand of an operation on two: a value, or the step's constant written as a scalar.
typedef struct {
    const void *at;
    int step;
    double room;
} operand;

static void find(operand *o, const chain_pass *p, const gk_chain_step *s, int value) {
    if (value != gk_chain_constant) {
        o->at = p->value[value];
        o->step = 1;
        return;
    }
    if (p->variant < 3) *(float *)&o->room = (float)s->p;
    else o->room = s->p;
    o->at = &o->room;
    o->step = 0;
}

// Asks for the part of the block after the next that begins at `at`.
static void prefetch(const chain_pass *p, ptrdiff_t at, ptrdiff_t n) {
    const ptrdiff_t ahead = (2 * p->chain->block + at) * p->width;
    for (int i = 0; i < p->chain->inputs; i++)
        if (!p->chain->period[i])
            for (ptrdiff_t byte = 0; byte < n * p->width; byte += 64)
                __builtin_prefetch(p->value[i] + ahead + byte, 0, 2);
}

// A function is computed piece by piece, and inputs to come are asked for in between: arithmetic and
// memory then work at the same time. gelu(a x + b) + r: 0.8 of the time, 16 M floats on a Zen 4.
static void apply_unary(const chain_pass *p, const gk_chain_step *s, char *y) {
    const char *const x = p->value[s->a];
    enum { PIECE = 128 };
    for (ptrdiff_t at = 0; at < p->n; at += PIECE) {
        const ptrdiff_t n = p->n - at < PIECE ? p->n - at : PIECE;
        prefetch(p, at, n);
        gk_unary_forward(p->variant, s->unary, x + at * p->width, y + at * p->width, n, s->p, s->q);
    }
}

static void apply(const chain_pass *p, const gk_chain_step *s, void *y) {
    if (!s->is_binary) {
        apply_unary(p, s, y);
        return;
    }
    operand a, b;
    find(&a, p, s, s->a);
    find(&b, p, s, s->b);
    gk_binary_row(p->variant, s->binary, a.at, a.step, b.at, b.step, y, p->n);
}

// Computes the steps that are `needed`, each into its value's own buffer.
static void evaluate(chain_pass *p, const char *needed) {
    const gk_chain *chain = p->chain;
    for (int s = 0; s < chain->steps; s++) {
        const int value = chain->inputs + s;
        if (!needed[value]) continue;
        char *const y = buffer(p, value);
        apply(p, chain->step + s, y);
        p->value[value] = y;
    }
}

// A buffer for every value. Those of steps whose value is used no more serve again: a long chain
// needs few, which stay in the first-level cache.
static void assign(const gk_chain *chain, unsigned char *slots) {
    unsigned char spare[MOST_VALUES];
    int last[MOST_VALUES] = {0}, spares = 0, used = chain->inputs;
    for (int i = 0; i < chain->inputs; i++) slots[i] = (unsigned char)i;
    for (int s = 0; s < chain->steps; s++) {
        const gk_chain_step *const step = chain->step + s;
        if (step->a >= 0) last[step->a] = s;
        if (step->is_binary && step->b >= 0) last[step->b] = s;
    }
    for (int s = 0; s < chain->steps; s++) {
        const gk_chain_step *const step = chain->step + s;
        slots[chain->inputs + s] = spares > 0 ? spare[--spares] : (unsigned char)used++;
        const int b = step->is_binary && step->b != step->a ? step->b : gk_chain_constant;
        if (step->a >= chain->inputs && last[step->a] == s) spare[spares++] = slots[step->a];
        if (b >= chain->inputs && last[b] == s) spare[spares++] = slots[b];
    }
}

// A function between a line and a sum, f(x · scale + shift) + other, which is computed in one go:
// a residual branch of an activation.
typedef struct {
    const gk_chain_step *function;  // NULL: no such thing begins here
    int x, other, last;             // values, and the step of the sum
    double scale, shift;
} blend;

// Whether the step takes `value` and a constant.
static int shifts(const gk_chain_step *s, gk_binary op, int value) {
    return s->is_binary && s->binary == op &&
           ((s->a == value && s->b == gk_chain_constant) ||
            (s->b == value && s->a == gk_chain_constant));
}

// Finds what can be computed in one go from step `s` on. Its values in between are used once.
static blend find_blend(const gk_chain *chain, const int *uses, int s) {
    const gk_chain_step *const step = chain->step;
    const int first = s, end = chain->steps;
    blend b = {.scale = 1, .shift = -0.0};  // neither changes a number, not even −0
    b.x = step[s].a >= 0 ? step[s].a : step[s].b;
    int value = b.x;
    if (shifts(step + s, gk_multiply, value)) {
        b.scale = step[s].p;
        value = chain->inputs + s++;
        if (uses[value] != 1) return b;
    }
    if (s < end && shifts(step + s, gk_add, value)) {
        b.shift = step[s].p;
        value = chain->inputs + s++;
        if (uses[value] != 1) return b;
    }
    if (s + 1 >= end || step[s].is_binary || step[s].a != value) return b;
    const gk_chain_step *const function = step + s, *const sum = step + s + 1;
    value = chain->inputs + s;
    if (uses[value] != 1 || !sum->is_binary || sum->binary != gk_add) return b;
    b.other = sum->a == value ? sum->b : sum->b == value ? sum->a : gk_chain_constant;
    if (b.other == gk_chain_constant || b.other >= chain->inputs + first) return b;
    b.last = s + 1;
    b.function = function;
    return b;
}

static void find_blends(const gk_chain *chain, blend *blends) {
    int uses[MOST_VALUES] = {0};
    for (int s = 0; s < chain->steps; s++) {
        const gk_chain_step *const step = chain->step + s;
        if (step->a >= 0) uses[step->a]++;
        if (step->is_binary && step->b >= 0) uses[step->b]++;
    }
    for (int s = 0; s < chain->steps; s++) blends[s] = find_blend(chain, uses, s);
}

// Computes the present block of the result, whose place is `to`.
static void compute(chain_pass *p, const blend *blends, const unsigned char *slots, char *to,
                    int streams) {
    const gk_chain *chain = p->chain;
    const int aligned = (uintptr_t)to % 64 == 0;
    for (int s = 0; s < chain->steps; s++) {
        const blend *const b = blends[s].function ? blends + s : NULL;
        if (b) s = b->last;
        const int value = chain->inputs + s, ends = s == chain->steps - 1;
        const int direct = ends && (!streams || (b && aligned));
        char *const y = direct ? to : buffer(p, slots[value]);
        if (b)
            gk_unary_between(p->variant, b->function->unary, p->value[b->x], b->scale, b->shift,
                             p->value[b->other], y, p->n, b->function->p, b->function->q,
                             direct && streams);
        else apply(p, chain->step + s, y);
        if (ends && !direct) gk_stream(p->variant, y, to, p->n);
        p->value[value] = y;
    }
}

ptrdiff_t gk_chain_forward_scratch(const gk_chain *chain) {
    return (chain->inputs + chain->steps) * chain->block;
}

void gk_chain_forward(int variant, const gk_chain *chain, ptrdiff_t first, ptrdiff_t last, void *y,
                      int streams, void *scratch) {
    chain_pass p = begin(variant, chain, scratch);
    unsigned char slots[MOST_VALUES];
    blend blends[MOST_VALUES];
    assign(chain, slots);
    find_blends(chain, blends);
    for (ptrdiff_t index = first; index < last; index++) {
        enter(&p, index);
        compute(&p, blends, slots, (char *)y + p.start * p.width, streams);
    }
    if (streams) gk_stream_end();
}

// MARK: Gradients

// The gradients of the values of a block: where each stands, NULL as long as nothing arrived. What
// arrives first may stay where it is; sums go to the value's own buffer.
typedef struct {
    chain_pass *pass;
    const char *at[MOST_VALUES];
    char *own[MOST_VALUES];
    char wanted[MOST_VALUES];
    char *spare;
} chain_gradients;

// Where a part of the gradient of `value` is to be computed.
static char *place(const chain_gradients *d, int value) {
    return d->at[value] ? d->spare : d->own[value];
}

// Adds the part that stands at `part` to the gradient of `value`.
static void add(chain_gradients *d, int value, const char *part) {
    const chain_pass *const p = d->pass;
    if (!d->at[value]) {
        d->at[value] = part;
    } else if (d->at[value] == d->own[value]) {
        gk_accumulate(p->variant, part, d->own[value], p->n);
    } else {
        gk_binary_row(p->variant, gk_add, d->at[value], 1, part, 1, d->own[value], p->n);
        d->at[value] = d->own[value];
    }
}

static int wants(const chain_gradients *d, int value) {
    return value != gk_chain_constant && d->wanted[value];
}

// The operations are those of Binary.swift, so that the bits are too.
static void pull_binary(chain_gradients *d, const gk_chain_step *s, const char *g, const char *y) {
    const chain_pass *const p = d->pass;
    operand a, b;
    find(&a, p, s, s->a);
    find(&b, p, s, s->b);
    if (wants(d, s->a)) {
        const char *part = g;
        if (s->binary == gk_multiply || s->binary == gk_divide) {
            char *const to = place(d, s->a);
            gk_binary_row(p->variant, s->binary, g, 1, b.at, b.step, to, p->n);
            part = to;
        }
        add(d, s->a, part);
    }
    if (!wants(d, s->b)) return;
    char *const to = place(d, s->b), *const turned = d->spare + p->chain->block * p->width;
    const char *part = g;
    if (s->binary == gk_multiply) {
        gk_binary_row(p->variant, gk_multiply, g, 1, a.at, a.step, to, p->n);
        part = to;
    } else if (s->binary == gk_divide) {
        // d/db [a / b] = -(a / b) / b
        gk_binary_row(p->variant, gk_divide, g, 1, b.at, b.step, to, p->n);
        gk_binary_row(p->variant, gk_multiply, to, 1, y, 1, turned, p->n);
        gk_unary_forward(p->variant, gk_negate, turned, to, p->n, 0, 0);
        part = to;
    } else if (s->binary == gk_subtract) {
        gk_unary_forward(p->variant, gk_negate, g, to, p->n, 0, 0);
        part = to;
    }
    add(d, s->b, part);
}

static void pull(chain_gradients *d, int index) {
    const chain_pass *const p = d->pass;
    const gk_chain_step *const s = p->chain->step + index;
    const int value = p->chain->inputs + index;
    const char *const g = d->at[value], *const y = p->value[value];
    if (!g) return;
    if (s->is_binary) {
        pull_binary(d, s, g, y);
        return;
    }
    const gk_keeping keeps = gk_unary_keeps(s->unary);
    if (!wants(d, s->a) || keeps == gk_has_no_gradient) return;
    const char *const kept = keeps == gk_keeps_input ? p->value[s->a]
                             : keeps == gk_keeps_value ? y : g;
    char *const to = place(d, s->a);
    gk_unary_pullback(p->variant, s->unary, kept, g, to, p->n, s->p, s->q);
    add(d, s->a, to);
}

// Hands the gradients of a block's inputs over.
static void deliver(const chain_gradients *d, void *const *results, int streams) {
    typedef void (*collection)(const void *, double *, ptrdiff_t);
    static void *const table[6] = GK_TABLE(collect);
    const chain_pass *const p = d->pass;
    for (int i = 0; i < p->chain->inputs; i++) {
        const ptrdiff_t period = p->chain->period[i];
        if (!results[i]) continue;
        if (!period) {
            char *const to = (char *)results[i] + p->start * p->width;
            const size_t bytes = (size_t)(p->n * p->width);
            if (!d->at[i]) memset(to, 0, bytes);
            else if (streams) gk_stream(p->variant, d->at[i], to, p->n);
            else if (d->at[i] != to) memcpy(to, d->at[i], bytes);
        } else if (d->at[i]) {
            const ptrdiff_t offset = period > p->chain->block ? p->start % period : 0;
            ((collection)table[p->variant])(d->at[i], (double *)results[i] + offset, p->n);
        }
    }
}

// Which values the gradients are computed from: some operands, some results, and what those take.
static void find_needed(const chain_gradients *d, char *needed) {
    const gk_chain *chain = d->pass->chain;
    memset(needed, 0, MOST_VALUES);
    for (int s = chain->steps - 1; s >= 0; s--) {
        const gk_chain_step *const step = chain->step + s;
        const int value = chain->inputs + s, b = step->is_binary ? step->b : gk_chain_constant;
        int uses_a = 0, uses_b = 0;
        if (d->wanted[value] && !step->is_binary) {
            uses_a = gk_unary_keeps(step->unary) == gk_keeps_input;
            if (gk_unary_keeps(step->unary) == gk_keeps_value) needed[value] = 1;
        } else if (d->wanted[value]) {
            const int divides = step->binary == gk_divide;
            uses_a = step->binary == gk_multiply && wants(d, b);
            uses_b = divides || (step->binary == gk_multiply && wants(d, step->a));
            if (divides && wants(d, b)) needed[value] = 1;
        }
        if (step->a >= 0 && (uses_a || needed[value])) needed[step->a] = 1;
        if (b >= 0 && (uses_b || needed[value])) needed[b] = 1;
    }
}

// A value and a gradient of each number, and two to spare.
ptrdiff_t gk_chain_backward_scratch(const gk_chain *chain) {
    return (2 * (chain->inputs + chain->steps) + 2) * chain->block;
}

void gk_chain_backward(int variant, const gk_chain *chain, ptrdiff_t first, ptrdiff_t last,
                       const void *g, void *const *results, int streams, void *scratch) {
    chain_pass p = begin(variant, chain, scratch);
    const int values = chain->inputs + chain->steps;
    chain_gradients d = {.pass = &p, .spare = buffer(&p, 2 * values)};
    for (int i = 0; i < chain->inputs; i++) d.wanted[i] = results[i] != NULL;
    for (int s = 0; s < chain->steps; s++) {
        const gk_chain_step *const step = chain->step + s;
        d.wanted[chain->inputs + s] =
            wants(&d, step->a) || (step->is_binary && wants(&d, step->b));
    }
    char needed[MOST_VALUES];
    find_needed(&d, needed);
    for (ptrdiff_t index = first; index < last; index++) {
        enter(&p, index);
        evaluate(&p, needed);
        for (int i = 0; i < values; i++) {
            const int dense = i < chain->inputs && !chain->period[i] && results[i] && !streams;
            d.at[i] = NULL;
            d.own[i] = dense ? (char *)results[i] + p.start * p.width : buffer(&p, values + i);
        }
        d.at[values - 1] = (const char *)g + p.start * p.width;
        for (int s = chain->steps - 1; s >= 0; s--) pull(&d, s);
        deliver(&d, results, streams);
    }
    if (streams) gk_stream_end();
}
