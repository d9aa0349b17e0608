// C shims over libpng, libjpeg and giflib, and CRC-32C.
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
};

// Growing output; `data` belongs to the caller, who gives it to gm_bytes_free.
typedef struct {
    uint8_t *data;
    size_t count;
    size_t capacity;
} gm_bytes;

void gm_bytes_free(gm_bytes *bytes);

// PNG in. `channels` and rows are what gm_png_read gives: 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA,
// always 8 bits; with `keep_indices` a palette picture gives its indices as one channel, and grey
// of 1, 2 or 4 bits its values, not stretched to 255.
typedef struct gm_png gm_png;
int gm_png_open(const uint8_t *data, size_t count, int keep_indices, gm_png **png,
                uint32_t *width, uint32_t *height, int *channels, char *message);
// `pixels` holds height rows of width * channels bytes, zeroed by the caller.
int gm_png_read(gm_png *png, uint8_t *pixels, char *message);
void gm_png_close(gm_png *png);

// PNG out: 8 bits, `channels` 1, 3 or 4; zlib `level` 0 to 9.
int gm_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int level,
                 gm_bytes *out, char *message);

// JPEG in: `channels` 1 (grey) or 3 (RGB). CMYK is turned into RGB.
typedef struct gm_jpeg gm_jpeg;
int gm_jpeg_open(const uint8_t *data, size_t count, gm_jpeg **jpeg, uint32_t *width,
                 uint32_t *height, int *channels, char *message);
int gm_jpeg_read(gm_jpeg *jpeg, uint8_t *pixels, char *message);
void gm_jpeg_close(gm_jpeg *jpeg);

// JPEG out: `channels` 1 or 3, `quality` 1 to 100.
int gm_jpeg_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                  int quality, gm_bytes *out, char *message);

// GIF out. The colour map has 2^bits entries of 3 bytes; every frame brings its own or NULL for
// the global one. `delay` in hundredths of a second. `loops` 0 repeats for ever.
typedef struct gm_gif gm_gif;
int gm_gif_begin(uint16_t width, uint16_t height, const uint8_t *colours, int bits,
                 uint16_t loops, gm_bytes *out, gm_gif **gif, char *message);
int gm_gif_frame(gm_gif *gif, const uint8_t *indices, const uint8_t *colours, int bits,
                 uint16_t delay, char *message);
// Writes the trailer; frees `gif` in any case.
int gm_gif_end(gm_gif *gif, char *message);

// CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected) of `count` bytes, going on from `crc`
// (0 to begin). `table` comes from gm_crc32c_table; the instruction of SSE 4.2 is used where the
// CPU has it unless `portable` is set.
void gm_crc32c_table(uint32_t table[8 * 256]);
uint32_t gm_crc32c(uint32_t crc, const uint8_t *data, size_t count, const uint32_t *table,
                   int portable);
