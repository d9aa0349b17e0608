#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

struct gm_gif_reader {
    GifFileType *file;
    const uint8_t *data;
    size_t count, position;
};

static int on_read(GifFileType *file, GifByteType *target, int wanted) {
    gm_gif_reader *reader = file->UserData;
    size_t rest = reader->count - reader->position;
    size_t count = (size_t)wanted < rest ? (size_t)wanted : rest;
    memcpy(target, reader->data + reader->position, count);
    reader->position += count;
    return (int)count;
}

static int failed(int code, char *message) {
    const char *sentence = GifErrorString(code);
    gm_say(message, sentence ? sentence : "giflib gave no reason");
    return code == D_GIF_ERR_NOT_ENOUGH_MEM ? GM_MEMORY : GM_MALFORMED;
}

int gm_gif_open(const uint8_t *data, size_t count, gm_gif_reader **result, uint32_t *width,
                uint32_t *height, int *background, char *message) {
    *result = NULL;
    gm_gif_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return failed(D_GIF_ERR_NOT_ENOUGH_MEM, message);
    reader->data = data;
    reader->count = count;
    int code = 0;
    reader->file = DGifOpen(reader, on_read, &code);
    if (!reader->file) {
        free(reader);
        return failed(code, message);
    }
    *width = (uint32_t)reader->file->SWidth;
    *height = (uint32_t)reader->file->SHeight;
    *background = reader->file->SBackGroundColor;
    *result = reader;
    return GM_OK;
}

static int read_extension(GifFileType *file, gm_gif_frame_info *frame) {
    int kind = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(file, &kind, &block) == GIF_ERROR) return 0;
    while (block) {
        GraphicsControlBlock control;
        if (kind == GRAPHICS_EXT_FUNC_CODE &&
            DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
            frame->disposal = control.DisposalMode;
            frame->delay = control.DelayTime;
            frame->transparent = control.TransparentColor;
        }
        if (DGifGetExtensionNext(file, &block) == GIF_ERROR) return 0;
    }
    return 1;
}

static int read_head(GifFileType *file, gm_gif_frame_info *frame) {
    if (DGifGetImageDesc(file) == GIF_ERROR) return 0;
    const GifImageDesc *image = &file->Image;
    frame->left = (uint32_t)image->Left;
    frame->top = (uint32_t)image->Top;
    frame->width = (uint32_t)image->Width;
    frame->height = (uint32_t)image->Height;
    const ColorMapObject *map = image->ColorMap ? image->ColorMap : file->SColorMap;
    frame->color_count = map ? map->ColorCount : 256;
    if (frame->color_count > 256) frame->color_count = 256;
    for (int i = 0; i < frame->color_count; i++) {
        // Without any colors an index is a gray, as everybody shows it.
        const uint8_t gray[3] = {(uint8_t)i, (uint8_t)i, (uint8_t)i};
        memcpy(frame->colors + 3 * i, map ? &map->Colors[i].Red : gray, 3);
    }
    return 1;
}

int gm_gif_next(gm_gif_reader *reader, gm_gif_frame_info *frame, char *warning, char *message) {
    *frame = (gm_gif_frame_info){.transparent = NO_TRANSPARENT_COLOR};
    GifFileType *file = reader->file;
    for (;;) {
        // Between blocks some writers leave padding; readers skip it.
        while (reader->position < reader->count &&
               !memchr("!,;", reader->data[reader->position], 3)) {
            reader->position++;
        }
        if (reader->position == reader->count) {
            gm_note(warning, "the file ends without its trailer");
            return GM_END;
        }
        GifRecordType kind;
        if (DGifGetRecordType(file, &kind) == GIF_ERROR) return failed(file->Error, message);
        if (kind == TERMINATE_RECORD_TYPE) return GM_END;
        int good = kind == IMAGE_DESC_RECORD_TYPE ? read_head(file, frame)
                                                  : read_extension(file, frame);
        if (!good) return failed(file->Error, message);
        if (kind == IMAGE_DESC_RECORD_TYPE) return GM_OK;
    }
}

int gm_gif_pixels(gm_gif_reader *reader, uint8_t *indices, char *message) {
    GifFileType *file = reader->file;
    int width = file->Image.Width, height = file->Image.Height;
    // First row and step of the passes of an interlaced picture.
    static const int passes[4][2] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    static const int whole[1][2] = {{0, 1}};
    const int(*order)[2] = file->Image.Interlace ? passes : whole;
    for (int pass = 0; pass < (file->Image.Interlace ? 4 : 1); pass++) {
        for (int y = order[pass][0]; y < height; y += order[pass][1]) {
            if (DGifGetLine(file, indices + (size_t)width * y, width) == GIF_ERROR) {
                return failed(file->Error, message);
            }
        }
    }
    return GM_OK;
}

void gm_gif_close(gm_gif_reader *reader) {
    if (!reader) return;
    int code;
    DGifCloseFile(reader->file, &code);
    free(reader);
}
