#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

struct gm_gif {
    GifFileType *file;
    gm_bytes *out;
    uint16_t width, height;
};

static int on_write(GifFileType *file, const GifByteType *data, int count) {
    gm_gif *gif = file->UserData;
    return gm_append(gif->out, data, (size_t)count) ? count : 0;
}

static int failed(int code, char *message) {
    const char *sentence = GifErrorString(code);
    gm_say(message, sentence ? sentence : "giflib gave no reason");
    return code == E_GIF_ERR_NOT_ENOUGH_MEM || code == E_GIF_ERR_WRITE_FAILED ? GM_MEMORY
                                                                               : GM_MALFORMED;
}

static ColorMapObject *color_map(const uint8_t *colors, int bits) {
    ColorMapObject *map = GifMakeMapObject(1 << bits, NULL);
    for (int i = 0; map && i < 1 << bits; i++) {
        map->Colors[i] = (GifColorType){colors[3 * i], colors[3 * i + 1], colors[3 * i + 2]};
    }
    return map;
}

// The block by which Netscape 2 taught browsers to repeat; every viewer knows it.
static int put_loops(GifFileType *file, uint16_t loops) {
    const uint8_t count[3] = {1, loops & 0xFF, loops >> 8};
    return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
           EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") == GIF_OK &&
           EGifPutExtensionBlock(file, 3, count) == GIF_OK &&
           EGifPutExtensionTrailer(file) == GIF_OK;
}

int gm_gif_begin(uint16_t width, uint16_t height, const uint8_t *colors, int bits,
                 uint16_t loops, gm_bytes *out, gm_gif **result, char *message) {
    *result = NULL;
    int code = E_GIF_ERR_NOT_ENOUGH_MEM;
    gm_gif *gif = calloc(1, sizeof *gif);
    ColorMapObject *map = colors ? color_map(colors, bits) : NULL;
    if (gif && (map || !colors)) {
        *gif = (gm_gif){.out = out, .width = width, .height = height};
        gif->file = EGifOpen(gif, on_write, &code);
    }
    if (gif && gif->file) {
        EGifSetGifVersion(gif->file, true);
        if (EGifPutScreenDesc(gif->file, width, height, 8, 0, map) == GIF_OK &&
            put_loops(gif->file, loops)) {
            *result = gif;
        } else {
            code = gif->file->Error;
            EGifCloseFile(gif->file, NULL);
        }
    }
    GifFreeMapObject(map);
    if (*result) return GM_OK;
    free(gif);
    return failed(code, message);
}

int gm_gif_frame(gm_gif *gif, const uint8_t *indices, const uint8_t *colors, int bits,
                 uint16_t delay, char *message) {
    GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                    .UserInputFlag = false,
                                    .DelayTime = delay,
                                    .TransparentColor = NO_TRANSPARENT_COLOR};
    GifByteType block[4];
    size_t length = EGifGCBToExtension(&control, block);
    ColorMapObject *map = colors ? color_map(colors, bits) : NULL;
    if (colors && !map) return failed(E_GIF_ERR_NOT_ENOUGH_MEM, message);
    int good = EGifPutExtension(gif->file, GRAPHICS_EXT_FUNC_CODE, (int)length, block) == GIF_OK &&
               EGifPutImageDesc(gif->file, 0, 0, gif->width, gif->height, false, map) == GIF_OK;
    GifFreeMapObject(map);
    // giflib masks the row it is given in place, so it gets a copy.
    GifPixelType *row = good ? malloc(gif->width) : NULL;
    for (int y = 0; row && good && y < gif->height; y++) {
        memcpy(row, indices + (size_t)gif->width * y, gif->width);
        good = EGifPutLine(gif->file, row, gif->width) == GIF_OK;
    }
    if (good && !row) return failed(E_GIF_ERR_NOT_ENOUGH_MEM, message);
    free(row);
    return good ? GM_OK : failed(gif->file->Error, message);
}

int gm_gif_end(gm_gif *gif, char *message) {
    int code = 0;
    int good = EGifCloseFile(gif->file, &code) == GIF_OK;
    free(gif);
    return good ? GM_OK : failed(code, message);
}
