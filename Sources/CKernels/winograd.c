#include "CKernelsWinograd.h"

#define GK_SOURCE "winograd.inc"
#include "variants.h"

int gk_winograd_lanes(int variant) {
    static const int bytes[3] = {16, GK_X86 ? 32 : 16, GK_X86 ? 64 : 16};
    return bytes[variant % 3] / (variant < 3 ? 4 : 8);
}

typedef void (*expand)(gk_winograd_role, const gk_tiling *, const void *, ptrdiff_t, ptrdiff_t,
                       ptrdiff_t, void *, ptrdiff_t, ptrdiff_t, int);
void gk_winograd_expand(int variant, gk_winograd_role role, const gk_tiling *tiling,
                        const void *image, ptrdiff_t width, ptrdiff_t first, ptrdiff_t count,
                        void *points, ptrdiff_t tile_step, ptrdiff_t point_step, int streams) {
    static void *const table[6] = GK_TABLE(winograd_expand);
    ((expand)table[variant])(
        role, tiling, image, width, first, count, points, tile_step, point_step, streams);
}

typedef void (*contract)(gk_winograd_role, const gk_tiling *, const void *, ptrdiff_t, ptrdiff_t,
                         ptrdiff_t, ptrdiff_t, const gk_winograd_finish *, void *, ptrdiff_t);
void gk_winograd_contract(int variant, gk_winograd_role role, const gk_tiling *tiling,
                          const void *points, ptrdiff_t tile_step, ptrdiff_t point_step,
                          ptrdiff_t first, ptrdiff_t count, const gk_winograd_finish *finish,
                          void *image, ptrdiff_t width) {
    static void *const table[6] = GK_TABLE(winograd_contract);
    const gk_winograd_finish nothing = {0};
    ((contract)table[variant])(role, tiling, points, tile_step, point_step, first, count,
                               finish ? finish : &nothing, image, width);
}
