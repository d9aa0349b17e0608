// C shims over libpng, libjpeg, giflib, libwebp and libtiff, and CRC-32C.
//
// The picture libraries report errors by longjmp, by ending the process or by printing. Here every
// function returns GM_OK or a code and leaves one sentence in a message of GM_MESSAGE bytes. No
// function trusts a size in the data; the caller learns the size from `open` before it allocates.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { GM_MESSAGE = 256 };

enum {
    GM_OK = 0,
    GM_MALFORMED = 1,  // the bytes are not what the format asks for
    GM_MEMORY = 2,     // no memory
    GM_UNSUPPORTED = 3,  // well formed, but of a kind that the library does not decode
    GM_END = 4,        // no further frame or page
};

// Growing output; `data` belongs to the caller, who gives it to gm_bytes_free.
typedef struct {
    uint8_t *data;
    size_t count;
    size_t capacity;
} gm_bytes;

void gm_bytes_free(gm_bytes *bytes);

// Readers also leave what they had to overlook, or an empty string, in a `warning` of GM_MESSAGE
// bytes; several are joined by "; ".

// PNG in. `channels`: 1 gray or index, 2 gray + alpha, 3 RGB, 4 RGBA. Rows have 8 bits a sample and
// colors in place of a palette; with `as_stored` the numbers in the file: a palette's indices, gray
// of 1, 2 or 4 bits not stretched, samples of 16 bits (`bits`) in the machine's byte order.
typedef struct gm_png gm_png;
typedef struct {
    uint32_t width, height;
    int channels;
    int bits;         // of a sample in the rows: 8 or 16
    int stored_bits;  // of a sample in the file: 1, 2, 4, 8 or 16
    int is_palette;
    int color_count;
    uint8_t colors[3 * 256];
} gm_png_info;
int gm_png_open(const uint8_t *data, size_t count, int as_stored, gm_png **png, gm_png_info *info,
                char *message);
// `pixels` holds height rows of width * channels * bits / 8 bytes, zeroed by the caller.
int gm_png_read(gm_png *png, uint8_t *pixels, char *warning, char *message);
void gm_png_close(gm_png *png);

// PNG out: 8 bits, `channels` 1, 3 or 4; one channel with colors (1 to 256) becomes a palette
// picture. zlib `level` 0 to 9. Rows of a `flat` picture are stored as differences from the row
// above; otherwise libpng chooses.
typedef struct {
    const uint8_t *pixels;
    uint32_t width, height;
    int channels;
    int color_count;
    const uint8_t *colors;  // 3 bytes each
} gm_png_source;
int gm_png_write(const gm_png_source *source, int level, int flat, gm_bytes *out,
                 char *message);

// JPEG in: `channels` 1 (gray) or 3 (RGB). CMYK is turned into RGB; 255 means no ink, as Adobe
// stores it and every decoder assumes.
typedef struct gm_jpeg gm_jpeg;
int gm_jpeg_open(const uint8_t *data, size_t count, gm_jpeg **jpeg, uint32_t *width,
                 uint32_t *height, int *channels, char *message);
int gm_jpeg_read(gm_jpeg *jpeg, uint8_t *pixels, char *warning, char *message);
void gm_jpeg_close(gm_jpeg *jpeg);

// JPEG out: `channels` 1 or 3, `quality` 1 to 100.
int gm_jpeg_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                  int quality, gm_bytes *out, char *message);

// GIF out. The color map has 2^bits entries of 3 bytes; every frame brings its own or NULL for
// the global one. `delay` in hundredths of a second. `loops` 0 repeats for ever.
typedef struct gm_gif gm_gif;
int gm_gif_begin(uint16_t width, uint16_t height, const uint8_t *colors, int bits,
                 uint16_t loops, gm_bytes *out, gm_gif **gif, char *message);
int gm_gif_frame(gm_gif *gif, const uint8_t *indices, const uint8_t *colors, int bits,
                 uint16_t delay, char *message);
// Writes the trailer; frees `gif` in any case.
int gm_gif_end(gm_gif *gif, char *message);

// GIF in, frame by frame: `next` reads a frame's head, `pixels` its indices, width * height of them
// in rows from top to bottom. A file that ends without its trailer is a warning of `next`.
typedef struct gm_gif_reader gm_gif_reader;
typedef struct {
    uint32_t left, top, width, height;
    int disposal;     // 0 or 1 keep, 2 to the background, 3 to what was there before
    int delay;        // hundredths of a second
    int transparent;  // index, or -1
    int color_count;
    uint8_t colors[3 * 256];  // the frame's own, or the global ones
} gm_gif_frame_info;
int gm_gif_open(const uint8_t *data, size_t count, gm_gif_reader **reader, uint32_t *width,
                uint32_t *height, int *background, char *message);
int gm_gif_next(gm_gif_reader *reader, gm_gif_frame_info *frame, char *warning, char *message);
int gm_gif_pixels(gm_gif_reader *reader, uint8_t *indices, char *message);
void gm_gif_close(gm_gif_reader *reader);

// WebP in.
typedef struct {
    uint32_t width, height;
    int has_alpha;
    int is_animated;
    int is_lossless;
} gm_webp_info;
int gm_webp_describe(const uint8_t *data, size_t count, gm_webp_info *info, char *message);
// A still picture; `channels` 3 or 4.
int gm_webp_read(const uint8_t *data, size_t count, const gm_webp_info *info, int channels,
                 uint8_t *pixels, char *message);
// An animation: frames composited onto the canvas, RGBA; `rgba` is valid until the next call and
// `end` is the time in milliseconds at which the frame ends.
typedef struct gm_webp gm_webp;
int gm_webp_open(const uint8_t *data, size_t count, gm_webp **webp, uint32_t *frames,
                 char *message);
int gm_webp_next(gm_webp *webp, const uint8_t **rgba, int *end, char *message);
void gm_webp_close(gm_webp *webp);

// TIFF in, page by page. `format` and `photometric` are the tags' numbers.
typedef struct gm_tiff gm_tiff;
typedef struct {
    uint32_t width, height;
    int samples;      // a pixel
    int bits;         // of a stored sample
    int format;       // 1 unsigned, 2 signed, 3 floating point
    int photometric;  // 0 gray from white, 1 gray, 2 RGB, 3 palette, others
    int orientation;
    int alpha;        // what the first extra sample is: -1 none, 0 unspecified, 1 associated, 2 alpha
    int is_direct;    // gm_tiff_read gives the samples; otherwise only gm_tiff_read_colors
    int has_more;     // pages follow
    int is_lossy;
    int color_count;
    uint16_t colors[3 * 256];
} gm_tiff_info;
int gm_tiff_open(const uint8_t *data, size_t count, gm_tiff **tiff, char *message);
int gm_tiff_describe(gm_tiff *tiff, gm_tiff_info *info, char *message);
// Samples as stored, unpacked to 1, 2 or 4 bytes each in the machine's order, channels last.
int gm_tiff_read(gm_tiff *tiff, const gm_tiff_info *info, uint8_t *samples, char *message);
// By libtiff's own conversion, RGBA.
int gm_tiff_read_colors(gm_tiff *tiff, const gm_tiff_info *info, uint8_t *rgba, char *message);
int gm_tiff_next(gm_tiff *tiff, char *message);
void gm_tiff_close(gm_tiff *tiff);

// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected) of `count` bytes, going on from `crc`
// (0 to begin). `table` comes from gm_crc32c_table; the instruction of SSE 4.2 is used where the
// CPU has it unless `portable` is set.
void gm_crc32c_table(uint32_t table[8 * 256]);
uint32_t gm_crc32c(uint32_t crc, const uint8_t *data, size_t count, const uint32_t *table,
                   int portable);
