#include "CKernelsConvolution.h"
#include "windows.h"
#include <string.h>

#define GK_SOURCE "convolution.inc"
#include "variants.h"

// Taps lo ..< hi of those along w that meet the image from input position `start`.
static inline void clipped(const gk_windows *w, ptrdiff_t start, ptrdiff_t *lo, ptrdiff_t *hi) {
    const ptrdiff_t taps = w->taps[2], spacing = w->spacing[2], room = w->input[2] - start;
    *lo = start >= 0 ? 0 : (-start + spacing - 1) / spacing;
    *hi = room <= 0 ? 0 : (room - 1) / spacing + 1;
    if (*hi > taps) *hi = taps;
    if (*lo > *hi) *lo = *hi;
}

void gk_gather_patches(size_t element, const gk_windows *w, const void *image, ptrdiff_t first,
                       ptrdiff_t rows, ptrdiff_t s0, ptrdiff_t s1, void *patches) {
    const size_t pixel = (size_t)w->channels * element, part = (size_t)w->width * element;
    const size_t segment = (size_t)w->taps[2] * part;
    const int dense = w->spacing[2] == 1 && w->channels == w->width;
    const ptrdiff_t hop = w->spacing[2] * (ptrdiff_t)pixel;
    char *to = patches;
    gk_cursor at = gk_cursor_at(w->output, first);
    for (ptrdiff_t r = 0; r < rows; r++, gk_cursor_next(w->output, &at)) {
        const ptrdiff_t w0 = at.q[2] * w->step[2] + w->offset[2];
        ptrdiff_t lo, hi;
        clipped(w, w0, &lo, &hi);
        const ptrdiff_t t0 = at.q[0] * w->step[0] + w->offset[0];
        const ptrdiff_t h0 = at.q[1] * w->step[1] + w->offset[1];
        ptrdiff_t a = s0 / w->taps[1], b = s0 - a * w->taps[1];
        for (ptrdiff_t s = s0; s < s1; s++, to += segment) {
            const ptrdiff_t t = t0 + a * w->spacing[0], h = h0 + b * w->spacing[1];
            if (++b == w->taps[1]) b = 0, a++;
            if (t < 0 || t >= w->input[0] || h < 0 || h >= w->input[1]) {
                memset(to, 0, segment);
                continue;
            }
            const ptrdiff_t line = ((at.n * w->input[0] + t) * w->input[1] + h) * w->input[2] + w0;
            const char *from = (const char *)image + line * (ptrdiff_t)pixel;
            if (lo > 0) memset(to, 0, (size_t)lo * part);
            if (dense) {
                memcpy(to + lo * part, from + lo * (ptrdiff_t)pixel, (size_t)(hi - lo) * part);
            } else {
                for (ptrdiff_t d = lo; d < hi; d++) memcpy(to + d * part, from + d * hop, part);
            }
            if (hi < w->taps[2]) memset(to + hi * part, 0, (size_t)(w->taps[2] - hi) * part);
        }
    }
}

void gk_place_pixels(size_t element, const gk_placement *p, const void *rows_in, ptrdiff_t first,
                   ptrdiff_t rows, void *image) {
    const size_t part = (size_t)p->width * element, pixel = (size_t)p->channels * element;
    const char *from = rows_in;
    gk_cursor at = gk_cursor_at(p->grid, first);
    for (ptrdiff_t r = 0; r < rows; r++, from += part, gk_cursor_next(p->grid, &at)) {
        ptrdiff_t place = at.n;
        for (int axis = 0; axis < 3; axis++)
            place = place * p->full[axis] + p->start[axis] + at.q[axis] * p->stride[axis];
        memcpy((char *)image + place * (ptrdiff_t)pixel, from, part);
    }
}

typedef void (*finish)(void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const void *, int);
void gk_finish_rows(int variant, void *y, ptrdiff_t rows, ptrdiff_t n, ptrdiff_t step,
                    const void *bias, gk_sums_activation activation) {
    static void *const table[6] = GK_TABLE(finish_rows);
    ((finish)table[variant])(y, rows, n, step, bias, activation == gk_relu_sums);
}

typedef void (*three)(const void *, const void *, void *, ptrdiff_t);
void gk_relu_gradient(int variant, const void *g, const void *y, void *out, ptrdiff_t n) {
    static void *const table[6] = GK_TABLE(relu_gradient);
    ((three)table[variant])(g, y, out, n);
}

typedef void (*column)(const void *, ptrdiff_t, ptrdiff_t, void *);
void gk_column_sums(int variant, const void *x, ptrdiff_t rows, ptrdiff_t n, void *sums) {
    static void *const table[6] = GK_TABLE(column_sums);
    ((column)table[variant])(x, rows, n, sums);
}

typedef void (*overlap)(const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, void *, ptrdiff_t);
void gk_overlap_rows(int variant, const void *rows, ptrdiff_t count, ptrdiff_t row_step,
                     ptrdiff_t width, void *line, ptrdiff_t line_step) {
    static void *const table[6] = GK_TABLE(overlap_rows);
    ((overlap)table[variant])(rows, count, row_step, width, line, line_step);
}
