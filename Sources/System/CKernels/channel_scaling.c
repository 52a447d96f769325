#include "channel_scaling.h"

#include <string.h>

#include "channel_numbers.h"
#include "clones.h"

enum task { SCALING, SUMMING, UNDOING };

/// What is read and written.
typedef struct {
    enum task task;
    numbers image;
    numbers results;
    numbers gradients;
    numbers found;
    bool is_rectified;
    float center;
    const float *scales;
    const float *shifts;
    float slope;
    float offset;
    /// Of gradients, then of gradient * image.
    double *sums;
} work;

/// Of the channels that sixteen numbers belong to.
typedef struct {
    floats scale;
    floats shift;
    doubles sum;
    doubles product;
} lanes;

/// Up to sixteen neighbors.
CARINA_INLINE void do_group(const work *all, size_t index, size_t count, lanes *lane) {
    floats values;
    read_up_to(all->image, index, count, &values);
    if (all->task == SCALING) {
        floats result = (values - all->center) * lane->scale + lane->shift;
        if (all->is_rectified) {
            result = (floats)((words)result & ~(words)(result < 0));
        }
        write_up_to(all->results, index, count, &result);
        return;
    }
    floats gradient;
    read_up_to(all->gradients, index, count, &gradient);
    if (all->is_rectified) {
        floats result;
        read_up_to(all->results, index, count, &result);
        gradient = (floats)((words)gradient & (words)(result > 0));
    }
    if (all->task == SUMMING) {
        const doubles exact = __builtin_convertvector(gradient, doubles);
        lane->sum += exact;
        lane->product += exact * __builtin_convertvector(values, doubles);
        return;
    }
    const floats found = gradient * lane->scale + ((values - all->center) * all->slope + all->offset);
    write_up_to(all->found, index, count, &found);
}

CARINA_INLINE void begin(const work *all, size_t channel, size_t count, lanes *lane) {
    float scales[LANES] = {0};
    float shifts[LANES] = {0};
    memset(lane, 0, sizeof *lane);
    if (all->scales) {
        memcpy(scales, all->scales + channel, count * sizeof(float));
    }
    if (all->shifts) {
        memcpy(shifts, all->shifts + channel, count * sizeof(float));
    }
    lane->scale = *(const floats *)scales;
    lane->shift = *(const floats *)shifts;
}

/// A channel whose numbers are neighbors.
CARINA_INLINE void do_channel(const work *all, size_t channel, size_t places, size_t channels) {
    lanes lane;
    begin(all, channel, 1, &lane);
    lane.scale = (floats){0} + lane.scale[0];
    lane.shift = (floats){0} + lane.shift[0];
    const size_t first = channel * places;
    size_t place = 0;
    for (; place + LANES <= places; place += LANES) {
        do_group(all, first + place, LANES, &lane);
    }
    if (place < places) {
        do_group(all, first + place, places - place, &lane);
    }
    if (all->task == SUMMING) {
        for (size_t i = 0; i < LANES; i++) {
            all->sums[channel] += lane.sum[i];
            all->sums[channels + channel] += lane.product[i];
        }
    }
}

/// Up to sixteen channels whose numbers are neighbors at each place.
CARINA_INLINE void do_channels(
    const work *all, size_t first, size_t channel, size_t count, size_t places, size_t width, size_t channels) {
    lanes lane;
    begin(all, channel, count, &lane);
    for (size_t place = 0; place < places; place++) {
        do_group(all, first + place * width, count, &lane);
    }
    if (all->task == SUMMING) {
        for (size_t i = 0; i < count; i++) {
            all->sums[channel + i] += lane.sum[i];
            all->sums[channels + channel + i] += lane.product[i];
        }
    }
}

CARINA_INLINE void do_image(const work *all, const carina_image_layout *layout) {
    const size_t width = layout->width;
    const size_t channels = layout->blocks * width;
    if (all->task == SUMMING) {
        memset(all->sums, 0, 2 * channels * sizeof(double));
    }
    for (size_t block = 0; block < layout->blocks; block++) {
        if (width == 1) {
            do_channel(all, block, layout->places, channels);
            continue;
        }
        const size_t first = block * layout->places * width;
        size_t channel = 0;
        for (; channel + LANES <= width; channel += LANES) {
            do_channels(all, first + channel, block * width + channel, LANES, layout->places, width, channels);
        }
        if (channel < width) {
            const size_t rest = width - channel;
            do_channels(all, first + channel, block * width + channel, rest, layout->places, width, channels);
        }
    }
}

/// With a kind of numbers that the compiler knows, so that no loop asks for it.
CARINA_INLINE void do_kind(work all, const carina_image_layout *layout, bool is_half) {
    all.image.is_half = is_half;
    all.results.is_half = is_half;
    all.gradients.is_half = is_half;
    all.found.is_half = is_half;
    do_image(&all, layout);
}

CARINA_INLINE void do_all(work all, const carina_image_layout *layout) {
    if (layout->is_half) {
        do_kind(all, layout, true);
    } else {
        do_kind(all, layout, false);
    }
}

CARINA_CLONES
void carina_scale_channels(
    const carina_image_layout *layout, const void *image, float center, const float *scales,
    const float *shifts, bool is_rectified, void *results) {
    const work all = {
        .task = SCALING,
        .image = {.start = image},
        .results = {.start = results},
        .center = center,
        .scales = scales,
        .shifts = shifts,
        .is_rectified = is_rectified};
    do_all(all, layout);
}

CARINA_CLONES
void carina_channel_gradient_sums(
    const carina_image_layout *layout, const void *image, const void *results, const void *gradients,
    bool is_rectified, double *sums) {
    const work all = {
        .task = SUMMING,
        .image = {.start = image},
        .results = {.start = results},
        .gradients = {.start = gradients},
        .is_rectified = is_rectified,
        .sums = sums};
    do_all(all, layout);
}

CARINA_CLONES
void carina_channel_gradients(
    const carina_image_layout *layout, const void *image, const void *results, const void *gradients,
    bool is_rectified, float center, const float *scales, float slope, float offset, void *found) {
    const work all = {
        .task = UNDOING,
        .image = {.start = image},
        .results = {.start = results},
        .gradients = {.start = gradients},
        .found = {.start = found},
        .is_rectified = is_rectified,
        .center = center,
        .scales = scales,
        .slope = slope,
        .offset = offset};
    do_all(all, layout);
}
