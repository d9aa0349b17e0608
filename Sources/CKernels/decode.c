#include "CKernelsDecode.h"

#define GK_SOURCE "decode.inc"
#include "variants.h"

#if GK_X86
#define GK_SETS(name) {name##_f32_portable, name##_f32_avx2, name##_f32_avx512}
#else
#define GK_SETS(name) {name##_f32_portable, name##_f32_portable, name##_f32_portable}
#endif

enum { PANEL = gk_decode_panel };

// MARK: Layout

ptrdiff_t gk_decode_panel_bytes(gk_decode_storage storage, ptrdiff_t rows) {
    return storage == gk_decode_float32 ? rows * PANEL * 4 : (rows + 1) / 2 * PANEL * 4;
}

// To the nearest, ties to even; NaN stays NaN.
static uint16_t to_brain(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value != value) return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

// panel[row][column] = value
static void put(gk_decode_storage storage, void *panel, ptrdiff_t row, ptrdiff_t column,
                float value) {
    if (storage == gk_decode_float32)
        ((float *)panel)[row * PANEL + column] = value;
    else
        ((uint16_t *)panel)[row / 2 * 2 * PANEL + 2 * column + row % 2] = to_brain(value);
}

void gk_decode_pack(gk_decode_storage storage, const float *w, ptrdiff_t inputs,
                    ptrdiff_t outputs, void *panels) {
    const ptrdiff_t bytes = gk_decode_panel_bytes(storage, inputs);
    for (ptrdiff_t first = 0; first < outputs; first += PANEL) {
        char *const panel = (char *)panels + first / PANEL * bytes;
        const ptrdiff_t n = outputs - first < PANEL ? outputs - first : PANEL;
        memset(panel, 0, (size_t)bytes);
        for (ptrdiff_t k = 0; k < inputs; k++)
            for (ptrdiff_t c = 0; c < n; c++)
                put(storage, panel, k, c, w[k * outputs + first + c]);
    }
}

static ptrdiff_t panels_of(ptrdiff_t columns) { return (columns + PANEL - 1) / PANEL; }

ptrdiff_t gk_decode_key_bytes(const gk_decode_head *head) {
    return panels_of(head->capacity) * gk_decode_panel_bytes(head->storage, head->width);
}

ptrdiff_t gk_decode_value_bytes(const gk_decode_head *head) {
    return panels_of(head->value_width) * gk_decode_panel_bytes(head->storage, head->capacity);
}

void gk_decode_append(const gk_decode_head *head, ptrdiff_t position, const float *key,
                      const float *value, void *keys, void *values) {
    const ptrdiff_t key_bytes = gk_decode_panel_bytes(head->storage, head->width);
    void *const panel = (char *)keys + position / PANEL * key_bytes;
    for (ptrdiff_t k = 0; k < head->width; k++)
        put(head->storage, panel, k, position % PANEL, key[k]);
    const ptrdiff_t value_bytes = gk_decode_panel_bytes(head->storage, head->capacity);
    for (ptrdiff_t c = 0; c < head->value_width; c++)
        put(head->storage, (char *)values + c / PANEL * value_bytes, position, c % PANEL,
            value[c]);
}

ptrdiff_t gk_decode_result_length(ptrdiff_t value_width) {
    return (panels_of(value_width) + 1) * PANEL;
}

// MARK: Loops

void gk_decode_product(int variant, const gk_decode_matrix *w, ptrdiff_t first, ptrdiff_t count,
                       ptrdiff_t samples, const float *x, ptrdiff_t x_step, float *y,
                       ptrdiff_t y_step) {
    typedef void (*product)(const gk_decode_matrix *, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                            const float *, ptrdiff_t, float *, ptrdiff_t);
    static const product table[3] = GK_SETS(product);
    table[variant](w, first, count, samples, x, x_step, y, y_step);
}

void gk_decode_attend(int variant, const gk_decode_head *head, const void *keys,
                      const void *values, ptrdiff_t first, ptrdiff_t count, ptrdiff_t samples,
                      const float *q, ptrdiff_t q_step, float *result, ptrdiff_t result_step) {
    typedef void (*attend)(const gk_decode_head *, const char *, const char *, ptrdiff_t,
                           ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, float *, ptrdiff_t);
    static const attend table[3] = GK_SETS(attend);
    table[variant](head, keys, values, first, count, samples, q, q_step, result, result_step);
}

void gk_decode_merge(int variant, ptrdiff_t value_width, ptrdiff_t ranges, const float *results,
                     float *y) {
    typedef void (*merge)(ptrdiff_t, ptrdiff_t, const float *, float *);
    static const merge table[3] = GK_SETS(merge);
    table[variant](value_width, ranges, results, y);
}

void gk_decode_norm(int variant, ptrdiff_t n, float epsilon, const float *x, const float *scale,
                    const float *shift, float *y) {
    typedef void (*norm)(ptrdiff_t, float, const float *, const float *, const float *, float *);
    static const norm table[3] = GK_SETS(norm);
    table[variant](n, epsilon, x, scale, shift, y);
}

float gk_decode_exponentials(int variant, ptrdiff_t n, const float *x, float factor, float *y) {
    typedef float (*exponentials)(ptrdiff_t, const float *, float, float *);
    static const exponentials table[3] = GK_SETS(exponentials);
    return table[variant](n, x, factor, y);
}
