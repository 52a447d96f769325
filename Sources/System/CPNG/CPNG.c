#include "include/CPNG.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// Text and color profiles are of no use here; compressed ones may be bombs.
enum { chunkBytesMaximum = 8 << 20, chunksMaximum = 64 };

struct Source {
    const uint8_t *bytes;
    size_t count;
    size_t offset;
};

struct Sink {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
};

static void escapeOnError(png_structp png, png_const_charp text) {
    (void)text;
    png_longjmp(png, 1);
}

static void stayQuiet(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void readSource(png_structp png, png_bytep out, png_size_t count) {
    struct Source *source = png_get_io_ptr(png);
    if (count > source->count - source->offset) png_error(png, "end of data");
    memcpy(out, source->bytes + source->offset, count);
    source->offset += count;
}

static void writeSink(png_structp png, png_bytep bytes, png_size_t count) {
    struct Sink *sink = png_get_io_ptr(png);
    if (count > sink->capacity - sink->count) {
        const size_t capacity = (sink->capacity + count) * 2;
        uint8_t *grown = realloc(sink->bytes, capacity);
        if (!grown) png_error(png, "out of memory");
        sink->bytes = grown;
        sink->capacity = capacity;
    }
    memcpy(sink->bytes + sink->count, bytes, count);
    sink->count += count;
}

static void flushSink(png_structp png) {
    (void)png;
}

static png_structp createReader(struct Source *source) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, escapeOnError, stayQuiet);
    if (!png) return NULL;
    png_set_read_fn(png, source, readSource);
    png_set_chunk_cache_max(png, chunksMaximum);
    png_set_chunk_malloc_max(png, chunkBytesMaximum);
    return png;
}

static carina_png_status checkShape(
    png_structp png, png_infop info, uint32_t side_maximum, carina_png_shape *shape) {
    shape->width = png_get_image_width(png, info);
    shape->height = png_get_image_height(png, info);
    shape->channels = png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
    return shape->width > side_maximum || shape->height > side_maximum ? CARINA_PNG_TOO_LARGE : CARINA_PNG_OK;
}

carina_png_status carina_png_read_shape(
    const uint8_t *bytes, size_t count, uint32_t side_maximum, carina_png_shape *shape) {
    struct Source source = {bytes, count, 0};
    png_structp png = createReader(&source);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return CARINA_PNG_NO_MEMORY;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return CARINA_PNG_DAMAGED;
    }
    png_read_info(png, info);
    carina_png_status status = checkShape(png, info, side_maximum, shape);
    png_destroy_read_struct(&png, &info, NULL);
    return status;
}

carina_png_status carina_png_decode(
    const uint8_t *bytes, size_t count, const carina_png_shape *shape, uint8_t *pixels, size_t pixel_bytes) {
    const size_t stride = (size_t)shape->width * shape->channels;
    if (pixel_bytes != stride * shape->height) return CARINA_PNG_DAMAGED;
    struct Source source = {bytes, count, 0};
    png_structp png = createReader(&source);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    png_bytep *rows = info ? malloc(sizeof *rows * shape->height) : NULL;
    if (!rows) {
        png_destroy_read_struct(&png, &info, NULL);
        return CARINA_PNG_NO_MEMORY;
    }
    for (uint32_t row = 0; row < shape->height; row++) rows[row] = pixels + stride * row;
    if (setjmp(png_jmpbuf(png))) {
        free(rows);
        png_destroy_read_struct(&png, &info, NULL);
        return CARINA_PNG_DAMAGED;
    }
    png_read_info(png, info);
    png_set_scale_16(png);
    png_set_expand(png);
    png_set_strip_alpha(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != stride || png_get_image_height(png, info) != shape->height)
        png_error(png, "shape");
    png_read_image(png, rows);
    png_read_end(png, NULL);
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return CARINA_PNG_OK;
}

carina_png_status carina_png_encode(
    const uint8_t *pixels, const carina_png_shape *shape, int bit_depth, uint8_t **bytes, size_t *count) {
    *bytes = NULL;
    *count = 0;
    struct Sink *sink = calloc(1, sizeof *sink);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, escapeOnError, stayQuiet);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!sink || !info) {
        free(sink);
        png_destroy_write_struct(&png, &info);
        return CARINA_PNG_NO_MEMORY;
    }
    if (setjmp(png_jmpbuf(png))) {
        free(sink->bytes);
        free(sink);
        png_destroy_write_struct(&png, &info);
        return CARINA_PNG_DAMAGED;
    }
    png_set_write_fn(png, sink, writeSink, flushSink);
    const int color = shape->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
    png_set_IHDR(
        png, info, shape->width, shape->height, bit_depth, color, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    const size_t stride = (size_t)shape->width * shape->channels * (size_t)(bit_depth / 8);
    for (uint32_t row = 0; row < shape->height; row++) png_write_row(png, pixels + stride * row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *bytes = sink->bytes;
    *count = sink->count;
    free(sink);
    return CARINA_PNG_OK;
}

void carina_png_free(uint8_t *bytes) {
    free(bytes);
}
