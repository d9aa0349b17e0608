#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "support.h"

// A progressive file may revisit the whole picture in every scan. Ordinary ones have about ten;
// the bound keeps a few kilobytes from costing minutes.
enum { MAXIMUM_SCANS = 100 };

typedef struct {
    struct jpeg_error_mgr manager;  // first, so that libjpeg's pointer is ours
    char message[GM_MESSAGE];
    char warning[GM_MESSAGE];
    jmp_buf escape;
    int code;
    int ran_out;  // the data ended without an end mark
} failure;

struct gm_jpeg {
    struct jpeg_decompress_struct decoder;
    struct jpeg_progress_mgr progress;
    failure error;
    uint8_t *inks;  // one row of CMYK
};

static void leave(j_common_ptr info, const char *sentence) {
    failure *error = (failure *)info->err;
    gm_say(error->message, sentence);
    longjmp(error->escape, 1);
}

static int code_of(int message) {
    switch (message) {
        case JERR_OUT_OF_MEMORY: return GM_MEMORY;
        case JERR_BAD_PRECISION:
        case JERR_SOF_UNSUPPORTED:
        case JERR_ARITH_NOTIMPL:
        case JERR_CONVERSION_NOTIMPL:
        case JERR_CCIR601_NOTIMPL:
        case JERR_FRACT_SAMPLE_NOTIMPL: return GM_UNSUPPORTED;
        default: return GM_MALFORMED;
    }
}

static void on_error(j_common_ptr info) {
    char sentence[JMSG_LENGTH_MAX];
    info->err->format_message(info, sentence);
    ((failure *)info->err)->code = code_of(info->err->msg_code);
    leave(info, sentence);
}

// libjpeg calls lost data a warning and fills in gray. Here it is an error; left as warnings are
// the ones that lose nothing: stray bytes between markers, odd version numbers, a scan header that
// selects no coefficients (phones write it into baseline files), a missing end mark.
static void on_message(j_common_ptr info, int level) {
    if (level >= 0) return;
    failure *error = (failure *)info->err;
    char sentence[JMSG_LENGTH_MAX];
    switch (info->err->msg_code) {
        case JWRN_JPEG_EOF: error->ran_out = 1;  // fall through
        case JWRN_EXTRANEOUS_DATA:
        case JWRN_JFIF_MAJOR:
        case JWRN_ADOBE_XFORM:
        case JWRN_NOT_SEQUENTIAL:
            info->err->format_message(info, sentence);
            gm_note(error->warning, sentence);
            return;
        default: on_error(info);
    }
}

static void on_print(j_common_ptr info) { (void)info; }

static void on_progress(j_common_ptr info) {
    if (!info->is_decompressor) return;
    if (((j_decompress_ptr)info)->input_scan_number > MAXIMUM_SCANS) {
        leave(info, "more scans than any encoder writes");
    }
}

static struct jpeg_error_mgr *install(failure *error) {
    jpeg_std_error(&error->manager);
    error->manager.error_exit = on_error;
    error->manager.emit_message = on_message;
    error->manager.output_message = on_print;
    return &error->manager;
}

static int failed(failure *error, char *message) {
    gm_say(message, error->message);
    return error->code ? error->code : GM_MALFORMED;
}

int gm_jpeg_open(const uint8_t *data, size_t count, gm_jpeg **result, uint32_t *width,
                 uint32_t *height, int *channels, char *message) {
    *result = NULL;
    gm_jpeg *jpeg = calloc(1, sizeof *jpeg);
    if (!jpeg) {
        gm_say(message, "no memory for the decoder");
        return GM_MEMORY;
    }
    j_decompress_ptr decoder = &jpeg->decoder;
    decoder->err = install(&jpeg->error);
    if (setjmp(jpeg->error.escape)) {
        int code = failed(&jpeg->error, message);
        gm_jpeg_close(jpeg);
        return code;
    }
    jpeg_create_decompress(decoder);
    jpeg->progress.progress_monitor = on_progress;
    decoder->progress = &jpeg->progress;
    jpeg_mem_src(decoder, (unsigned char *)data, count);
    jpeg_read_header(decoder, TRUE);
    if (decoder->num_components == 4) {
        decoder->out_color_space = JCS_CMYK;
    } else {
        decoder->out_color_space = decoder->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    }
    *width = decoder->image_width;
    *height = decoder->image_height;
    *channels = decoder->num_components == 1 ? 1 : 3;
    *result = jpeg;
    return GM_OK;
}

// Adobe stores inks inverted: 255 is no ink. Files without its marker do the same; Pillow, OpenCV
// and browsers take every file so.
static void convert_inks(const uint8_t *inks, uint8_t *pixels, size_t width) {
    for (size_t x = 0; x < width; x++) {
        const uint8_t *ink = inks + 4 * x;
        for (int c = 0; c < 3; c++) pixels[3 * x + c] = (uint8_t)((ink[c] * ink[3] + 127) / 255);
    }
}

// Where a file ends between two scans, nothing but what is missing shows it.
static void check_scans(j_decompress_ptr decoder) {
    failure *error = (failure *)decoder->err;
    for (int c = 0; c < decoder->num_components; c++) {
        if (jpeg_has_multiple_scans(decoder) && !decoder->comp_info[c].quant_table) {
            leave((j_common_ptr)decoder, "a color component has no data");
        }
        for (int k = 0; error->ran_out && decoder->coef_bits && k < DCTSIZE2; k++) {
            if (decoder->coef_bits[c][k]) {
                leave((j_common_ptr)decoder, "the data ends before the last scan");
            }
        }
    }
}

int gm_jpeg_read(gm_jpeg *jpeg, uint8_t *pixels, char *warning, char *message) {
    j_decompress_ptr decoder = &jpeg->decoder;
    if (setjmp(jpeg->error.escape)) return failed(&jpeg->error, message);
    jpeg_start_decompress(decoder);
    check_scans(decoder);
    size_t width = decoder->output_width;
    int is_ink = decoder->out_color_space == JCS_CMYK;
    size_t stride = width * (is_ink ? 3 : decoder->output_components);
    if (is_ink && !(jpeg->inks = malloc(width * 4))) {
        gm_say(message, "no memory for a row");
        return GM_MEMORY;
    }
    while (decoder->output_scanline < decoder->output_height) {
        uint8_t *target = pixels + stride * decoder->output_scanline;
        JSAMPROW row = is_ink ? jpeg->inks : target;
        if (jpeg_read_scanlines(decoder, &row, 1) != 1) continue;
        if (is_ink) convert_inks(jpeg->inks, target, width);
    }
    jpeg_finish_decompress(decoder);
    gm_say(warning, jpeg->error.warning);
    return GM_OK;
}

void gm_jpeg_close(gm_jpeg *jpeg) {
    if (!jpeg) return;
    jpeg_destroy_decompress(&jpeg->decoder);
    free(jpeg->inks);
    free(jpeg);
}

typedef struct {
    struct jpeg_compress_struct encoder;
    struct jpeg_destination_mgr destination;
    failure error;
    gm_bytes *out;
    uint8_t block[4096];
} jpeg_writer;

static void begin_block(j_compress_ptr encoder) {
    jpeg_writer *writer = (jpeg_writer *)encoder;
    encoder->dest->next_output_byte = writer->block;
    encoder->dest->free_in_buffer = sizeof writer->block;
}

static void append(j_compress_ptr encoder, size_t count) {
    jpeg_writer *writer = (jpeg_writer *)encoder;
    if (gm_append(writer->out, writer->block, count)) return;
    writer->error.code = GM_MEMORY;
    leave((j_common_ptr)encoder, "no memory for the encoded picture");
}

static boolean end_block(j_compress_ptr encoder) {
    append(encoder, sizeof ((jpeg_writer *)encoder)->block);
    begin_block(encoder);
    return TRUE;
}

static void end_picture(j_compress_ptr encoder) {
    append(encoder, sizeof ((jpeg_writer *)encoder)->block - encoder->dest->free_in_buffer);
}

static int encode(jpeg_writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height,
                  int channels, int quality, char *message) {
    j_compress_ptr encoder = &writer->encoder;
    if (setjmp(writer->error.escape)) return failed(&writer->error, message);
    jpeg_create_compress(encoder);
    writer->destination.init_destination = begin_block;
    writer->destination.empty_output_buffer = end_block;
    writer->destination.term_destination = end_picture;
    encoder->dest = &writer->destination;
    encoder->image_width = width;
    encoder->image_height = height;
    encoder->input_components = channels;
    encoder->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(encoder);
    jpeg_set_quality(encoder, quality, TRUE);
    jpeg_start_compress(encoder, TRUE);
    while (encoder->next_scanline < encoder->image_height) {
        size_t offset = (size_t)width * channels * encoder->next_scanline;
        JSAMPROW row = (JSAMPROW)(pixels + offset);
        jpeg_write_scanlines(encoder, &row, 1);
    }
    jpeg_finish_compress(encoder);
    return GM_OK;
}

int gm_jpeg_write(const uint8_t *pixels, uint32_t width, uint32_t height, int channels,
                  int quality, gm_bytes *out, char *message) {
    jpeg_writer writer = {.out = out};
    writer.encoder.err = install(&writer.error);
    int code = encode(&writer, pixels, width, height, channels, quality, message);
    jpeg_destroy_compress(&writer.encoder);
    return code;
}
