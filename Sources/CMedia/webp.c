#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "support.h"

struct gm_webp {
    WebPAnimDecoder *decoder;
};

static int failed(VP8StatusCode code, char *message) {
    switch (code) {
        case VP8_STATUS_OUT_OF_MEMORY: gm_say(message, "no memory for the decoder"); return GM_MEMORY;
        case VP8_STATUS_UNSUPPORTED_FEATURE:
            gm_say(message, "a feature that libwebp does not know");
            return GM_UNSUPPORTED;
        case VP8_STATUS_SUSPENDED:
        case VP8_STATUS_NOT_ENOUGH_DATA: gm_say(message, "the data ends too early"); break;
        default: gm_say(message, "data that breaks the rules"); break;
    }
    return GM_MALFORMED;
}

int gm_webp_describe(const uint8_t *data, size_t count, gm_webp_info *info, char *message) {
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(data, count, &features);
    if (code != VP8_STATUS_OK) return failed(code, message);
    *info = (gm_webp_info){.width = (uint32_t)features.width,
                           .height = (uint32_t)features.height,
                           .has_alpha = features.has_alpha,
                           .is_animated = features.has_animation,
                           .is_lossless = features.format == 2};
    return GM_OK;
}

int gm_webp_read(const uint8_t *data, size_t count, const gm_webp_info *info, int channels,
                 uint8_t *pixels, char *message) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        gm_say(message, "another version of libwebp than at compile time");
        return GM_UNSUPPORTED;
    }
    size_t stride = (size_t)info->width * channels;
    if (stride > INT32_MAX) return failed(VP8_STATUS_OUT_OF_MEMORY, message);
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * info->height;
    VP8StatusCode code = WebPDecode(data, count, &config);
    WebPFreeDecBuffer(&config.output);
    return code == VP8_STATUS_OK ? GM_OK : failed(code, message);
}

int gm_webp_open(const uint8_t *data, size_t count, gm_webp **result, uint32_t *frames,
                 char *message) {
    *result = NULL;
    WebPAnimDecoderOptions options;
    gm_webp *webp = calloc(1, sizeof *webp);
    if (!webp || !WebPAnimDecoderOptionsInit(&options)) {
        free(webp);
        return failed(VP8_STATUS_OUT_OF_MEMORY, message);
    }
    options.color_mode = MODE_RGBA;
    WebPData bytes = {data, count};
    webp->decoder = WebPAnimDecoderNew(&bytes, &options);
    WebPAnimInfo info;
    if (!webp->decoder || !WebPAnimDecoderGetInfo(webp->decoder, &info)) {
        gm_webp_close(webp);
        return failed(VP8_STATUS_BITSTREAM_ERROR, message);
    }
    *frames = info.frame_count;
    *result = webp;
    return GM_OK;
}

int gm_webp_next(gm_webp *webp, const uint8_t **rgba, int *end, char *message) {
    if (!WebPAnimDecoderHasMoreFrames(webp->decoder)) return GM_END;
    uint8_t *canvas = NULL;
    if (!WebPAnimDecoderGetNext(webp->decoder, &canvas, end)) {
        return failed(VP8_STATUS_BITSTREAM_ERROR, message);
    }
    *rgba = canvas;
    return GM_OK;
}

void gm_webp_close(gm_webp *webp) {
    if (!webp) return;
    if (webp->decoder) WebPAnimDecoderDelete(webp->decoder);
    free(webp);
}
