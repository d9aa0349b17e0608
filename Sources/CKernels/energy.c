#include "CKernelsEnergy.h"

#define GK_SOURCE "energy.inc"
#include "variants.h"

typedef void (*energies)(const void *, ptrdiff_t, ptrdiff_t, void *);
void gk_pixel_energies(int variant, const void *x, ptrdiff_t pixels, ptrdiff_t channels,
                       void *result) {
    static void *const table[6] = GK_TABLE(pixel_energies);
    // Vectors of 64 bytes have more parts to add up than few channels save.
    const int narrow = variant % 3 == 2 && channels <= 64;
    ((energies)table[variant - narrow])(x, pixels, channels, result);
}

typedef void (*range)(const void *, ptrdiff_t, gk_energies *);
void gk_energy_range(int variant, const void *e, ptrdiff_t n, gk_energies *result) {
    static void *const table[6] = GK_TABLE(energy_range);
    *result = (gk_energies){.least = INFINITY};
    ((range)table[variant])(e, n, result);
}

typedef void (*uneven)(const gk_reach *, const void *, ptrdiff_t, ptrdiff_t, uint8_t *);
void gk_uneven_tiles(int variant, const gk_reach *reach, const void *energies, ptrdiff_t first,
                     ptrdiff_t count, uint8_t *flags) {
    static void *const table[6] = GK_TABLE(uneven_tiles);
    ((uneven)table[variant])(reach, energies, first, count, flags);
}
