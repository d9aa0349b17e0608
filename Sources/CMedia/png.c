#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

// libpng leaves through `escape`; nothing that changes after setjmp lives in a local.
struct gm_png {
    png_structp handle;
    png_infop info;
    const uint8_t *data;
    size_t count, position;
    gm_bytes *out;
    char message[GM_MESSAGE];
    jmp_buf escape;
    int no_memory;
};

static void on_error(png_structp handle, png_const_charp sentence) {
    gm_png *png = png_get_error_ptr(handle);
    gm_say(png->message, sentence);
    longjmp(png->escape, 1);
}

// Warnings concern ancillary chunks, which carry nothing that we read.
static void on_warning(png_structp handle, png_const_charp sentence) {
    (void)handle;
    (void)sentence;
}

static void on_read(png_structp handle, png_bytep target, size_t count) {
    gm_png *png = png_get_io_ptr(handle);
    if (count > png->count - png->position) png_error(handle, "the data ends too early");
    memcpy(target, png->data + png->position, count);
    png->position += count;
}

static void on_write(png_structp handle, png_bytep source, size_t count) {
    gm_png *png = png_get_io_ptr(handle);
    if (!gm_append(png->out, source, count)) {
        png->no_memory = 1;
        png_error(handle, "no memory for the encoded picture");
    }
}

static void on_flush(png_structp handle) { (void)handle; }

static int failed(gm_png *png, char *message) {
    gm_say(message, png->message);
    return png->no_memory ? GM_MEMORY : GM_MALFORMED;
}

// Asks for 8 bits and, unless values are wanted as stored, for colours in place of a palette.
static void set_transformations(gm_png *png, int keep_indices) {
    if (png_get_bit_depth(png->handle, png->info) == 16) png_set_scale_16(png->handle);
    if (keep_indices) {
        png_set_packing(png->handle);
    } else {
        png_set_expand(png->handle);
    }
    png_set_interlace_handling(png->handle);
    png_read_update_info(png->handle, png->info);
}

int gm_png_open(const uint8_t *data, size_t count, int keep_indices, gm_png **result,
                uint32_t *width, uint32_t *height, int *channels, char *message) {
    *result = NULL;
    gm_png *png = calloc(1, sizeof *png);
    if (!png) {
        gm_say(message, "no memory for the decoder");
        return GM_MEMORY;
    }
    png->data = data;
    png->count = count;
    if (setjmp(png->escape)) {
        int code = failed(png, message);
        gm_png_close(png);
        return code;
    }
    png->handle = png_create_read_struct(PNG_LIBPNG_VER_STRING, png, on_error, on_warning);
    if (png->handle) png->info = png_create_info_struct(png->handle);
    if (!png->info) {
        gm_say(message, "no memory for the decoder");
        gm_png_close(png);
        return GM_MEMORY;
    }
    png_set_read_fn(png->handle, png, on_read);
    // Text and colour profiles are of no use here: bounded, so that they cannot fill the memory.
    png_set_chunk_cache_max(png->handle, 64);
    png_set_chunk_malloc_max(png->handle, 8u << 20);
    png_read_info(png->handle, png->info);
    set_transformations(png, keep_indices);
    *width = png_get_image_width(png->handle, png->info);
    *height = png_get_image_height(png->handle, png->info);
    *channels = png_get_channels(png->handle, png->info);
    *result = png;
    return GM_OK;
}

int gm_png_read(gm_png *png, uint8_t *pixels, char *message) {
    if (setjmp(png->escape)) return failed(png, message);
    size_t stride = png_get_rowbytes(png->handle, png->info);
    uint32_t height = png_get_image_height(png->handle, png->info);
    // Seven passes over an interlaced picture (the later ones fill gaps of the earlier), else one.
    int passes = png_get_interlace_type(png->handle, png->info) == PNG_INTERLACE_NONE ? 1 : 7;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) {
            png_read_row(png->handle, pixels + stride * y, NULL);
        }
    }
    png_read_end(png->handle, NULL);
    return GM_OK;
}

void gm_png_close(gm_png *png) {
    if (!png) return;
    if (png->handle) png_destroy_read_struct(&png->handle, &png->info, NULL);
    free(png);
}

static int encode(gm_png *png, const uint8_t *pixels, uint32_t width, uint32_t height,
                  int channels, int level, char *message) {
    if (setjmp(png->escape)) return failed(png, message);
    png->handle = png_create_write_struct(PNG_LIBPNG_VER_STRING, png, on_error, on_warning);
    if (png->handle) png->info = png_create_info_struct(png->handle);
    if (!png->info) {
        gm_say(message, "no memory for the encoder");
        return GM_MEMORY;
    }
    static const int types[] = {0, PNG_COLOR_TYPE_GRAY, 0, PNG_COLOR_TYPE_RGB,
                                PNG_COLOR_TYPE_RGB_ALPHA};
    png_set_write_fn(png->handle, png, on_write, on_flush);
    png_set_compression_level(png->handle, level);
    png_set_IHDR(png->handle, png->info, width, height, 8, types[channels], PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png->handle, png->info);
    for (uint32_t y = 0; y < height; y++) {
        png_write_row(png->handle, pixels + (size_t)width * channels * y);
    }
    png_write_end(png->handle, NULL);
    return GM_OK;
}

int gm_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int level,
                 gm_bytes *out, char *message) {
    gm_png png = {.out = out};
    int code = encode(&png, pixels, width, height, channels, level, message);
    png_destroy_write_struct(&png.handle, &png.info);
    return code;
}
