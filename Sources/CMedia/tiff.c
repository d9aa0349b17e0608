#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

#include "support.h"

// No buffer of a strip or tile may be larger, whatever the file says.
enum { LARGEST_BLOCK = 1 << 28 };

struct gm_tiff {
    TIFF *file;
    const uint8_t *data;
    size_t count;
    uint64_t position;
    char message[GM_MESSAGE];
};

static int on_error(TIFF *file, void *user, const char *module, const char *format,
                    va_list arguments) {
    (void)file;
    (void)module;
    gm_tiff *tiff = user;
    // The first error is the cause, later ones its consequences.
    if (!tiff->message[0]) vsnprintf(tiff->message, sizeof tiff->message, format, arguments);
    return 1;
}

static int on_warning(TIFF *file, void *user, const char *module, const char *format,
                      va_list arguments) {
    (void)file, (void)user, (void)module, (void)format, (void)arguments;
    return 1;
}

static tmsize_t on_read(thandle_t handle, void *target, tmsize_t wanted) {
    gm_tiff *tiff = handle;
    if (wanted < 0 || tiff->position >= tiff->count) return 0;
    size_t rest = tiff->count - (size_t)tiff->position;
    size_t count = (size_t)wanted < rest ? (size_t)wanted : rest;
    memcpy(target, tiff->data + tiff->position, count);
    tiff->position += count;
    return (tmsize_t)count;
}

static tmsize_t on_write(thandle_t handle, void *source, tmsize_t count) {
    (void)handle, (void)source, (void)count;
    return 0;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int origin) {
    gm_tiff *tiff = handle;
    uint64_t base = origin == SEEK_SET ? 0 : origin == SEEK_CUR ? tiff->position : tiff->count;
    tiff->position = base + offset;
    return tiff->position;
}

static int on_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t on_size(thandle_t handle) { return ((gm_tiff *)handle)->count; }

static int failed(gm_tiff *tiff, int code, char *message) {
    gm_say(message, tiff->message[0] ? tiff->message : "libtiff gave no reason");
    return code;
}

int gm_tiff_open(const uint8_t *data, size_t count, gm_tiff **result, char *message) {
    *result = NULL;
    gm_tiff *tiff = calloc(1, sizeof *tiff);
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!tiff || !options) {
        free(tiff);
        if (options) TIFFOpenOptionsFree(options);
        gm_say(message, "no memory for the decoder");
        return GM_MEMORY;
    }
    tiff->data = data;
    tiff->count = count;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, 2 * (tmsize_t)LARGEST_BLOCK);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, tiff);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, tiff);
    // m: no mapping of files into memory.
    tiff->file = TIFFClientOpenExt("TIFF", "rm", tiff, on_read, on_write, on_seek, on_close,
                                   on_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    if (!tiff->file) {
        int code = failed(tiff, GM_MALFORMED, message);
        free(tiff);
        return code;
    }
    *result = tiff;
    return GM_OK;
}

static int tag(gm_tiff *tiff, uint32_t name) {
    uint16_t value = 0;
    TIFFGetFieldDefaulted(tiff->file, name, &value);
    return value;
}

static void put_palette(gm_tiff *tiff, gm_tiff_info *info) {
    uint16_t *red, *green, *blue;
    if (info->photometric != PHOTOMETRIC_PALETTE || info->bits > 8 ||
        !TIFFGetField(tiff->file, TIFFTAG_COLORMAP, &red, &green, &blue)) {
        return;
    }
    info->color_count = 1 << info->bits;
    for (int i = 0; i < info->color_count; i++) {
        const uint16_t color[3] = {red[i], green[i], blue[i]};
        memcpy(info->colors + 3 * i, color, sizeof color);
    }
}

int gm_tiff_describe(gm_tiff *tiff, gm_tiff_info *info, char *message) {
    *info = (gm_tiff_info){.alpha = -1};
    tiff->message[0] = 0;
    if (!TIFFGetField(tiff->file, TIFFTAG_IMAGEWIDTH, &info->width) ||
        !TIFFGetField(tiff->file, TIFFTAG_IMAGELENGTH, &info->height)) {
        gm_say(message, "no width or height");
        return GM_MALFORMED;
    }
    info->samples = tag(tiff, TIFFTAG_SAMPLESPERPIXEL);
    info->bits = tag(tiff, TIFFTAG_BITSPERSAMPLE);
    info->format = tag(tiff, TIFFTAG_SAMPLEFORMAT);
    info->orientation = tag(tiff, TIFFTAG_ORIENTATION);
    int compression = tag(tiff, TIFFTAG_COMPRESSION);
    info->is_lossy = compression == COMPRESSION_JPEG || compression == COMPRESSION_OJPEG;
    uint16_t photometric;
    if (TIFFGetField(tiff->file, TIFFTAG_PHOTOMETRIC, &photometric)) {
        info->photometric = photometric;
    } else {
        info->photometric = info->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    }
    if (info->photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG &&
        tag(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_CONTIG &&
        TIFFSetField(tiff->file, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB)) {
        info->photometric = PHOTOMETRIC_RGB;  // libjpeg converts
    }
    uint16_t extra_count = 0, *extras = NULL;
    if (TIFFGetField(tiff->file, TIFFTAG_EXTRASAMPLES, &extra_count, &extras) && extra_count) {
        info->alpha = extras[0];
    }
    int bits = info->bits;
    info->is_direct = info->photometric <= PHOTOMETRIC_MASK && info->samples >= 1 &&
                      (bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 ||
                       bits == 32);
    put_palette(tiff, info);
    info->has_more = !TIFFLastDirectory(tiff->file);
    return GM_OK;
}

// Unpacks `count` samples of a row to every `step`th place.
static void unpack(const uint8_t *row, int bits, size_t count, uint8_t *target, size_t step) {
    size_t size = bits > 8 ? bits / 8 : 1;
    if (bits >= 8) {
        if (step == 1) {
            memcpy(target, row, count * size);
            return;
        }
        for (size_t i = 0; i < count; i++) memcpy(target + i * step * size, row + i * size, size);
        return;
    }
    unsigned mask = (1u << bits) - 1;
    for (size_t i = 0; i < count; i++) {
        size_t bit = i * bits;
        target[i * step] = row[bit / 8] >> (8 - bits - bit % 8) & mask;
    }
}

typedef struct {
    gm_tiff *tiff;
    const gm_tiff_info *info;
    uint8_t *samples, *block;
    size_t size;      // of an unpacked sample
    size_t together;  // samples that lie beside each other in a row: all, or one of a plane
    uint16_t planes;
} reading;

static uint8_t *place(const reading *r, uint32_t x, uint32_t y, uint16_t plane) {
    return r->samples + (((size_t)y * r->info->width + x) * r->info->samples + plane) * r->size;
}

static int read_tiles(const reading *r) {
    const gm_tiff_info *info = r->info;
    uint32_t width = 0, height = 0;
    TIFFGetField(r->tiff->file, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(r->tiff->file, TIFFTAG_TILELENGTH, &height);
    size_t stride = (size_t)TIFFTileRowSize(r->tiff->file);
    if (!width || !height || stride < (width * r->together * info->bits + 7) / 8) return 0;
    for (uint16_t plane = 0; plane < r->planes; plane++) {
        for (uint32_t y = 0; y < info->height; y += height) {
            for (uint32_t x = 0; x < info->width; x += width) {
                if (TIFFReadTile(r->tiff->file, r->block, x, y, 0, plane) < 0) return 0;
                uint32_t rows = info->height - y < height ? info->height - y : height;
                uint32_t columns = info->width - x < width ? info->width - x : width;
                for (uint32_t row = 0; row < rows; row++) {
                    unpack(r->block + stride * row, info->bits, columns * r->together,
                           place(r, x, y + row, plane), r->planes > 1 ? info->samples : 1);
                }
                // Ends before it overflows.
                if (info->width - x <= width) break;
            }
            if (info->height - y <= height) break;
        }
    }
    return 1;
}

static int read_rows(const reading *r) {
    const gm_tiff_info *info = r->info;
    for (uint16_t plane = 0; plane < r->planes; plane++) {
        for (uint32_t y = 0; y < info->height; y++) {
            if (TIFFReadScanline(r->tiff->file, r->block, y, plane) < 0) return 0;
            unpack(r->block, info->bits, info->width * r->together, place(r, 0, y, plane),
                   r->planes > 1 ? info->samples : 1);
        }
    }
    return 1;
}

int gm_tiff_read(gm_tiff *tiff, const gm_tiff_info *info, uint8_t *samples, char *message) {
    tiff->message[0] = 0;
    int is_tiled = TIFFIsTiled(tiff->file);
    int is_planar = tag(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE && info->samples > 1;
    reading r = {.tiff = tiff,
                 .info = info,
                 .samples = samples,
                 .size = info->bits > 8 ? info->bits / 8 : 1,
                 .together = is_planar ? 1 : info->samples,
                 .planes = is_planar ? info->samples : 1};
    uint64_t size = is_tiled ? TIFFTileSize64(tiff->file) : TIFFScanlineSize64(tiff->file);
    uint64_t needed = ((uint64_t)info->width * r.together * info->bits + 7) / 8;
    if (size == 0 || (!is_tiled && size < needed)) return failed(tiff, GM_MALFORMED, message);
    if (size > LARGEST_BLOCK || !(r.block = calloc(1, size))) {
        gm_say(message, "no memory for a tile or row");
        return GM_MEMORY;
    }
    int good = is_tiled ? read_tiles(&r) : read_rows(&r);
    free(r.block);
    return good ? GM_OK : failed(tiff, GM_MALFORMED, message);
}

int gm_tiff_read_colors(gm_tiff *tiff, const gm_tiff_info *info, uint8_t *rgba, char *message) {
    tiff->message[0] = 0;
    char reason[1024] = "";
    if (!TIFFRGBAImageOK(tiff->file, reason)) {
        gm_say(message, reason);
        return GM_UNSUPPORTED;
    }
    // The caller turns the picture.
    TIFFSetField(tiff->file, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    size_t count = (size_t)info->width * info->height;
    uint32_t *raster = calloc(count, sizeof *raster);
    if (!raster) {
        gm_say(message, "no memory for the picture");
        return GM_MEMORY;
    }
    int good = TIFFReadRGBAImageOriented(tiff->file, info->width, info->height, raster,
                                         ORIENTATION_TOPLEFT, 1);
    for (size_t i = 0; good && i < count; i++) {
        const uint8_t pixel[4] = {TIFFGetR(raster[i]), TIFFGetG(raster[i]), TIFFGetB(raster[i]),
                                  TIFFGetA(raster[i])};
        memcpy(rgba + 4 * i, pixel, 4);
    }
    free(raster);
    return good ? GM_OK : failed(tiff, GM_MALFORMED, message);
}

int gm_tiff_next(gm_tiff *tiff, char *message) {
    tiff->message[0] = 0;
    if (TIFFLastDirectory(tiff->file)) return GM_END;
    return TIFFReadDirectory(tiff->file) ? GM_OK : failed(tiff, GM_MALFORMED, message);
}

void gm_tiff_close(gm_tiff *tiff) {
    if (!tiff) return;
    TIFFClose(tiff->file);
    free(tiff);
}
