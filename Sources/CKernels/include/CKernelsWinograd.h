#pragma once
#include <stddef.h>
#include <stdint.h>

// Winograd's minimal filtering along up to three axes of channels-last images [n][t][h][w][channels]:
// input tiles and weights are transformed to points, multiplied point by point as matrices, and the
// products transformed back. Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks", 2016.

// The scheme of one axis, F(m, r): m outputs of r taps from m + r - 1 products.
typedef enum {
    gk_winograd_none = 0,  // F(1, 1): an axis that is left alone
    gk_winograd_2_2 = 1,
    gk_winograd_4_2 = 2,
    gk_winograd_2_3 = 3,
    gk_winograd_4_3 = 4,
    gk_winograd_2_4 = 5,
    gk_winograd_3_4 = 6,
} gk_winograd_scheme;

// The most points of a tile: F(4, 3) on each axis.
enum { gk_winograd_most_points = 216 };

// What is transformed. With the matrices B, G and A of the scheme:
typedef enum {
    gk_winograd_input = 0,            // m + r - 1 inputs to points: B^T
    gk_winograd_cotangent = 1,        // m gradients of outputs to points: A
    gk_winograd_weight = 2,           // r taps to points: G
    gk_winograd_output = 3,           // points to m outputs: A^T
    gk_winograd_weight_gradient = 4,  // points to the gradients of r taps: G^T
} gk_winograd_role;

// How tiles lie over images. Along an axis element i of tile k stands at pixel
// offset + (k * m + i) * spacing; what lies outside of 0 ..< extent reads as zero and is not written.
typedef struct {
    int scheme[3];
    ptrdiff_t tiles[3];    // of one image; tile = ((n * tiles[0] + t) * tiles[1] + h) * tiles[2] + w
    ptrdiff_t extent[3];   // pixels of an image
    ptrdiff_t offset[3];
    ptrdiff_t spacing[3];
    ptrdiff_t pixel;       // elements from one pixel to the next
    ptrdiff_t image;       // elements from one image to the next
} gk_tiling;

// What is done to outputs as they are stored: relu(y + bias); bias may be null. Where `sums` is not
// null, the sum of each channel and then, `width` further, that of its squares are added to it.
typedef struct {
    const void *bias;
    int relu;
    double *sums;
} gk_winograd_finish;

// Scalars of a vector. Buffers of points have rows of a multiple of so many channels; the transforms
// write the rest of a row's last vector as zeros.
int gk_winograd_lanes(int variant);

// points[p * point_step + tile * tile_step + c] for `count` tiles from `first`, the first of them at
// `points`, and `width` channels from where `image` points. `streams` writes past the caches: points
// and steps are then multiples of a vector, and gk_stream_end must follow.
void gk_winograd_expand(int variant, gk_winograd_role role, const gk_tiling *tiling,
                        const void *image, ptrdiff_t width, ptrdiff_t first, ptrdiff_t count,
                        void *points, ptrdiff_t tile_step, ptrdiff_t point_step, int streams);

// The way back: from points to the pixels of the image.
void gk_winograd_contract(int variant, gk_winograd_role role, const gk_tiling *tiling,
                          const void *points, ptrdiff_t tile_step, ptrdiff_t point_step,
                          ptrdiff_t first, ptrdiff_t count, const gk_winograd_finish *finish,
                          void *image, ptrdiff_t width);
