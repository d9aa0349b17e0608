#include "CKernelsArithmetic.h"

#define GK_SOURCE "arithmetic.inc"
#include "variants.h"

typedef void (*binary)(const void *, const void *, void *, ptrdiff_t);
#define ALL(name)                                                                       \
    {GK_TABLE(name##_dense), GK_TABLE(name##_first), GK_TABLE(name##_second)}

// [operation][dense, first constant, second constant][variant]
static void *const table[gk_binary_count][3][6] = {
    ALL(add), ALL(subtract), ALL(multiply), ALL(divide), ALL(maximum), ALL(minimum), ALL(power),
};

static inline size_t width(int variant) { return variant < 3 ? sizeof(float) : sizeof(double); }

void gk_binary_rows(int variant, gk_binary op, const void *a, gk_step a_step, const void *b,
                    gk_step b_step, void *y, ptrdiff_t n) {
    if (a_step == gk_constant && b_step == gk_constant) {
        // One result, repeated.
        const size_t w = width(variant);
        if (n == 0) return;
        ((binary)table[op][0][variant])(a, b, y, 1);
        for (ptrdiff_t i = 1; i < n; i++) memcpy((char *)y + i * w, y, w);
        return;
    }
    const int mode = a_step == gk_constant ? 1 : b_step == gk_constant ? 2 : 0;
    ((binary)table[op][mode][variant])(a, b, y, n);
}

void gk_binary_repeated(int variant, gk_binary op, const void *a, const void *b, int swapped,
                        void *y, ptrdiff_t rows, ptrdiff_t n) {
    const binary f = (binary)table[op][0][variant];
    const size_t step = width(variant) * (size_t)n;
    for (ptrdiff_t r = 0; r < rows; r++) {
        const char *row = (const char *)a + r * step;
        char *out = (char *)y + r * step;
        if (swapped) f(b, row, out, n);
        else f(row, b, out, n);
    }
}

typedef void (*accumulation)(const void *, void *, ptrdiff_t);
void gk_accumulate(int variant, const void *x, void *y, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(accumulate);
    ((accumulation)table[variant])(x, y, n);
}
