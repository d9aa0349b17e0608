#include <png.h>
#include <setjmp.h>
#include <stdio.h>
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
    char warning[GM_MESSAGE];
    jmp_buf escape;
    int no_memory;
    int ran_out;   // the data ended while libpng was reading
    int has_rows;  // all pixels are there
};

static void on_error(png_structp handle, png_const_charp sentence) {
    gm_png *png = png_get_error_ptr(handle);
    gm_say(png->message, sentence);
    longjmp(png->escape, 1);
}

// Most warnings concern texts and color profiles, which are of no use here. Kept are the ones about
// pixels and about damage.
static void on_warning(png_structp handle, png_const_charp sentence) {
    gm_png *png = png_get_error_ptr(handle);
    if (strstr(sentence, "CRC") || strstr(sentence, "IDAT") || strstr(sentence, "index")) {
        gm_note(png->warning, sentence);
    }
}

static void on_read(png_structp handle, png_bytep target, size_t count) {
    gm_png *png = png_get_io_ptr(handle);
    if (count > png->count - png->position) {
        png->ran_out = 1;
        png_error(handle, "the data ends too early");
    }
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

// Asks for 8 bits and colors in place of a palette; or, `as_stored`, for the numbers in the file,
// with several samples of a byte unpacked and two bytes in the machine's order.
static void set_transformations(gm_png *png, int as_stored) {
    if (as_stored) {
        png_set_packing(png->handle);
        const uint16_t one = 1;
        if (*(const uint8_t *)&one) png_set_swap(png->handle);
    } else {
        if (png_get_bit_depth(png->handle, png->info) == 16) png_set_scale_16(png->handle);
        png_set_expand(png->handle);
    }
    png_set_interlace_handling(png->handle);
}

static void describe(gm_png *png, gm_png_info *info) {
    *info = (gm_png_info){0};
    info->stored_bits = png_get_bit_depth(png->handle, png->info);
    info->is_palette = png_get_color_type(png->handle, png->info) == PNG_COLOR_TYPE_PALETTE;
    png_colorp colors;
    int count = 0;
    if (info->is_palette && png_get_PLTE(png->handle, png->info, &colors, &count)) {
        for (int i = 0; i < count && i < 256; i++) {
            const uint8_t color[3] = {colors[i].red, colors[i].green, colors[i].blue};
            memcpy(info->colors + 3 * i, color, 3);
        }
        info->color_count = count < 256 ? count : 256;
    }
}

int gm_png_open(const uint8_t *data, size_t count, int as_stored, gm_png **result,
                gm_png_info *info, char *message) {
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
    // Text and color profiles are of no use here: bounded, so that they cannot fill the memory.
    png_set_chunk_cache_max(png->handle, 64);
    png_set_chunk_malloc_max(png->handle, 8u << 20);
    png_read_info(png->handle, png->info);
    describe(png, info);
    set_transformations(png, as_stored);
    png_read_update_info(png->handle, png->info);
    info->width = png_get_image_width(png->handle, png->info);
    info->height = png_get_image_height(png->handle, png->info);
    info->channels = png_get_channels(png->handle, png->info);
    info->bits = png_get_bit_depth(png->handle, png->info);
    *result = png;
    return GM_OK;
}

int gm_png_read(gm_png *png, uint8_t *pixels, char *warning, char *message) {
    if (setjmp(png->escape)) {
        // A cut behind the last row costs no pixel; other decoders read such files too.
        if (!png->has_rows || !png->ran_out) return failed(png, message);
        gm_note(png->warning, "the end of the file is missing, behind the last row");
        gm_say(warning, png->warning);
        return GM_OK;
    }
    size_t stride = png_get_rowbytes(png->handle, png->info);
    uint32_t height = png_get_image_height(png->handle, png->info);
    // Seven passes over an interlaced picture (the later ones fill gaps of the earlier), else one.
    int passes = png_get_interlace_type(png->handle, png->info) == PNG_INTERLACE_NONE ? 1 : 7;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < height; y++) {
            png_read_row(png->handle, pixels + stride * y, NULL);
        }
    }
    png->has_rows = 1;
    png_read_end(png->handle, NULL);
    if (png->position < png->count) gm_note(png->warning, "bytes follow the end of the picture");
    gm_say(warning, png->warning);
    return GM_OK;
}

void gm_png_close(gm_png *png) {
    if (!png) return;
    if (png->handle) png_destroy_read_struct(&png->handle, &png->info, NULL);
    free(png);
}

static void put_palette(gm_png *png, const uint8_t *colors, int count) {
    png_color palette[256];
    for (int i = 0; i < count; i++) {
        palette[i] = (png_color){colors[3 * i], colors[3 * i + 1], colors[3 * i + 2]};
    }
    png_set_PLTE(png->handle, png->info, palette, count);
}

static int encode(gm_png *png, const gm_png_source *source, int level, int flat,
                  char *message) {
    if (setjmp(png->escape)) return failed(png, message);
    png->handle = png_create_write_struct(PNG_LIBPNG_VER_STRING, png, on_error, on_warning);
    if (png->handle) png->info = png_create_info_struct(png->handle);
    if (!png->info) {
        gm_say(message, "no memory for the encoder");
        return GM_MEMORY;
    }
    static const int types[] = {0, PNG_COLOR_TYPE_GRAY, 0, PNG_COLOR_TYPE_RGB,
                                PNG_COLOR_TYPE_RGB_ALPHA};
    int type = source->color_count ? PNG_COLOR_TYPE_PALETTE : types[source->channels];
    png_set_write_fn(png->handle, png, on_write, on_flush);
    png_set_compression_level(png->handle, level);
    if (flat) png_set_filter(png->handle, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
    png_set_IHDR(png->handle, png->info, source->width, source->height, 8, type,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (source->color_count) put_palette(png, source->colors, source->color_count);
    png_write_info(png->handle, png->info);
    for (uint32_t y = 0; y < source->height; y++) {
        size_t stride = (size_t)source->width * source->channels;
        png_write_row(png->handle, source->pixels + stride * y);
    }
    png_write_end(png->handle, NULL);
    return GM_OK;
}

int gm_png_write(const gm_png_source *source, int level, int flat, gm_bytes *out,
                 char *message) {
    gm_png png = {.out = out};
    int code = encode(&png, source, level, flat, message);
    png_destroy_write_struct(&png.handle, &png.info);
    return code;
}
