#include "CKernelsPooling.h"
#include "windows.h"

#define IMAGE_PIXELS(w) ((w)->input[0] * (w)->input[1] * (w)->input[2])

// The taps of the window at `at` that meet the image, in order; the body runs with t_, h_, w_ set
// to the position in the image.
#define FOR_TAPS(w, at)                                                                     \
    for (ptrdiff_t a_ = 0; a_ < (w)->taps[0]; a_++)                                         \
        for (ptrdiff_t t_ = (at).q[0] * (w)->step[0] + (w)->offset[0] + a_ * (w)->spacing[0], \
                       t_once = t_ >= 0 && t_ < (w)->input[0]; t_once; t_once = 0)          \
            for (ptrdiff_t b_ = 0; b_ < (w)->taps[1]; b_++)                                 \
                for (ptrdiff_t h_ = (at).q[1] * (w)->step[1] + (w)->offset[1]               \
                                    + b_ * (w)->spacing[1],                                 \
                               h_once = h_ >= 0 && h_ < (w)->input[1]; h_once; h_once = 0)  \
                    for (ptrdiff_t d_ = 0; d_ < (w)->taps[2]; d_++)                         \
                        for (ptrdiff_t w_ = (at).q[2] * (w)->step[2] + (w)->offset[2]       \
                                            + d_ * (w)->spacing[2],                         \
                                       w_once = w_ >= 0 && w_ < (w)->input[2]; w_once; w_once = 0)
#define TAP_PIXEL(w) ((t_ * (w)->input[1] + h_) * (w)->input[2] + w_)

static inline double window_share(const gk_windows *w, int divisor, ptrdiff_t inside) {
    switch (divisor) {
    case gk_taps_inside: return inside > 0 ? 1.0 / (double)inside : 0;
    case gk_taps_all: return 1.0 / (double)(w->taps[0] * w->taps[1] * w->taps[2]);
    default: return 1;
    }
}

#define GK_SOURCE "pooling.inc"
#include "variants.h"

typedef void (*largest_f)(const gk_windows *, const void *, ptrdiff_t, ptrdiff_t, void *,
                          int32_t *);
void gk_largest_of_windows(int variant, const gk_windows *windows, const void *image,
                           ptrdiff_t first, ptrdiff_t rows, void *out, int32_t *places) {
    static void *const table[6] = GK_TABLE(largest);
    ((largest_f)table[variant])(windows, image, first, rows, out, places);
}

typedef void (*mean_f)(const gk_windows *, const void *, ptrdiff_t, ptrdiff_t, int, void *);
void gk_mean_of_windows(int variant, const gk_windows *windows, const void *image, ptrdiff_t first,
                        ptrdiff_t rows, gk_divisor divisor, void *out) {
    static void *const table[6] = GK_TABLE(mean);
    ((mean_f)table[variant])(windows, image, first, rows, divisor, out);
}

typedef void (*largest_g)(const gk_windows *, const void *, const int32_t *, ptrdiff_t, ptrdiff_t,
                          void *);
void gk_largest_of_windows_gradient(int variant, const gk_windows *windows, const void *g,
                                    const int32_t *places, ptrdiff_t c0, ptrdiff_t c1, void *out) {
    static void *const table[6] = GK_TABLE(largest_gradient);
    ((largest_g)table[variant])(windows, g, places, c0, c1, out);
}

typedef void (*mean_g)(const gk_windows *, const void *, int, ptrdiff_t, ptrdiff_t, void *);
void gk_mean_of_windows_gradient(int variant, const gk_windows *windows, const void *g,
                                 gk_divisor divisor, ptrdiff_t c0, ptrdiff_t c1, void *out) {
    static void *const table[6] = GK_TABLE(mean_gradient);
    ((mean_g)table[variant])(windows, g, divisor, c0, c1, out);
}

typedef void (*mix)(const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const int32_t *, const int32_t *,
                    const void *, void *);
void gk_interpolate(int variant, const void *x, ptrdiff_t to, ptrdiff_t step, ptrdiff_t n,
                    const int32_t *low, const int32_t *high, const void *share, void *y) {
    static void *const table[6] = GK_TABLE(interpolate);
    ((mix)table[variant])(x, to, step, n, low, high, share, y);
}

typedef void (*mix_g)(const void *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, const int32_t *,
                      const int32_t *, const void *, void *);
void gk_interpolate_gradient(int variant, const void *y, ptrdiff_t from, ptrdiff_t to,
                             ptrdiff_t step, ptrdiff_t n, const int32_t *low, const int32_t *high,
                             const void *share, void *x) {
    static void *const table[6] = GK_TABLE(interpolate_gradient);
    ((mix_g)table[variant])(y, from, to, step, n, low, high, share, x);
}
