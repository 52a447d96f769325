#include "include/CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

// A progressive file may ask for the whole picture to be visited again and again; honest ones need about ten
// scans.
enum { scansMaximum = 100 };

struct Context {
    struct jpeg_error_mgr errors;  // First, so that libjpeg's pointer to it is a pointer to this.
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    carina_jpeg_status status;
};

static void escapeOnError(j_common_ptr info) {
    struct Context *context = (struct Context *)info->err;
    switch (info->err->msg_code) {
    case JERR_OUT_OF_MEMORY: context->status = CARINA_JPEG_NO_MEMORY; break;
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION: context->status = CARINA_JPEG_UNSUPPORTED; break;
    default: context->status = CARINA_JPEG_DAMAGED;
    }
    longjmp(context->escape, 1);
}

// libjpeg repairs missing or corrupt data with grey; a picture of which a part is invented is damaged.
static void noteWarning(j_common_ptr info, int level) {
    if (level >= 0) return;
    info->err->num_warnings++;
    if (info->err->msg_code != JWRN_EXTRANEOUS_DATA) escapeOnError(info);
}

static void stayQuiet(j_common_ptr info) {
    (void)info;
}

static void watchScans(j_common_ptr info) {
    struct Context *context = (struct Context *)info->err;
    if (info->is_decompressor && ((j_decompress_ptr)info)->input_scan_number > scansMaximum) {
        context->status = CARINA_JPEG_UNSUPPORTED;
        longjmp(context->escape, 1);
    }
}

static struct jpeg_error_mgr *prepare(struct Context *context) {
    jpeg_std_error(&context->errors);
    context->errors.error_exit = escapeOnError;
    context->errors.emit_message = noteWarning;
    context->errors.output_message = stayQuiet;
    context->progress.progress_monitor = watchScans;
    context->status = CARINA_JPEG_DAMAGED;
    return &context->errors;
}

static carina_jpeg_status checkShape(
    struct jpeg_decompress_struct *info, uint32_t side_maximum, carina_jpeg_shape *shape) {
    if (info->image_width == 0 || info->image_height == 0) return CARINA_JPEG_DAMAGED;
    if (info->image_width > side_maximum || info->image_height > side_maximum) return CARINA_JPEG_TOO_LARGE;
    switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE: shape->channels = 1; break;
    case JCS_RGB:
    case JCS_YCbCr: shape->channels = 3; break;
    default: return CARINA_JPEG_UNSUPPORTED;
    }
    shape->width = info->image_width;
    shape->height = info->image_height;
    return CARINA_JPEG_OK;
}

carina_jpeg_status carina_jpeg_read_shape(
    const uint8_t *bytes, size_t count, uint32_t side_maximum, carina_jpeg_shape *shape) {
    struct jpeg_decompress_struct info = {0};
    struct Context context;
    info.err = prepare(&context);
    if (setjmp(context.escape)) {
        jpeg_destroy_decompress(&info);
        return context.status;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    carina_jpeg_status status = checkShape(&info, side_maximum, shape);
    jpeg_destroy_decompress(&info);
    return status;
}

carina_jpeg_status carina_jpeg_decode(
    const uint8_t *bytes, size_t count, const carina_jpeg_shape *shape, uint8_t *pixels, size_t pixel_bytes) {
    struct jpeg_decompress_struct info = {0};
    struct Context context;
    info.err = prepare(&context);
    if (setjmp(context.escape)) {
        jpeg_destroy_decompress(&info);
        return context.status;
    }
    jpeg_create_decompress(&info);
    info.progress = &context.progress;
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = shape->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&info);
    const size_t stride = (size_t)shape->width * shape->channels;
    const int fits = info.output_width == shape->width && info.output_height == shape->height
        && (uint32_t)info.output_components == shape->channels && pixel_bytes == stride * shape->height;
    if (!fits) {
        jpeg_destroy_decompress(&info);
        return CARINA_JPEG_DAMAGED;
    }
    while (info.output_scanline < info.output_height) {
        JSAMPROW row = pixels + stride * info.output_scanline;
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    return CARINA_JPEG_OK;
}

carina_jpeg_status carina_jpeg_encode(
    const uint8_t *pixels, const carina_jpeg_shape *shape, int quality, uint8_t **bytes, size_t *count) {
    struct jpeg_compress_struct info = {0};
    struct Context context;
    const size_t stride = (size_t)shape->width * shape->channels;
    // Large enough for noise at full quality; should libjpeg still outgrow it, it leaves ours alone.
    const size_t capacity = stride * shape->height * 2 + (1 << 16);
    *bytes = NULL;
    *count = 0;
    unsigned char *const ours = malloc(capacity);
    struct Output {
        unsigned char *bytes;
        unsigned long count;
    };
    // Not on this frame: a jump back may forget what changed there.
    struct Output *const output = malloc(sizeof *output);
    if (!ours || !output) {
        free(ours);
        free(output);
        return CARINA_JPEG_NO_MEMORY;
    }
    output->bytes = ours;
    output->count = capacity;
    info.err = prepare(&context);
    if (setjmp(context.escape)) {
        jpeg_destroy_compress(&info);
        free(ours);
        free(output);
        return context.status;
    }
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &output->bytes, &output->count);
    info.image_width = shape->width;
    info.image_height = shape->height;
    info.input_components = (int)shape->channels;
    info.in_color_space = shape->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    if (quality >= 90 && shape->channels == 3) {
        // Outlines drawn one pixel wide lose their color at half resolution.
        info.comp_info[0].h_samp_factor = 1;
        info.comp_info[0].v_samp_factor = 1;
    }
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        JSAMPROW row = (JSAMPROW)(pixels + stride * info.next_scanline);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    if (output->bytes != ours) free(ours);
    *bytes = output->bytes;
    *count = output->count;
    free(output);
    return CARINA_JPEG_OK;
}

void carina_jpeg_free(uint8_t *bytes) {
    free(bytes);
}
