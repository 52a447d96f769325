#include "include/CDCMTK.h"

// Compiled for three levels of the CPU's instruction sets; the loader picks one. All numbers are whole, so all agree.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

extern "C" CLONES size_t carina_dicom_hounsfield(
    const uint16_t *cells, size_t count, const carina_dicom_scale *given, int16_t *values) {
    const carina_dicom_scale scale = *given;
    size_t total = 0;
    // The count of a block fits 32 bits, as wide as the rest.
    for (size_t start = 0; start < count; start += 65536) {
        const size_t end = count - start < 65536 ? count : start + 65536;
        uint32_t padded = 0;
        for (size_t i = start; i < end; i++) {
            const int32_t cell = cells[i];
            const int32_t stored = (((cell >> scale.shift) & scale.mask) ^ scale.sign) - scale.sign;
            int32_t value = scale.slope * stored + scale.intercept;
            value = value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value;
            const int32_t is_padding = (cell == scale.padding_cell)
                | ((stored >= scale.padding_low) & (stored <= scale.padding_high)) | (value < scale.padding_below);
            values[i] = (int16_t)(is_padding ? scale.padding_value : value);
            padded += (uint32_t)is_padding;
        }
        total += padded;
    }
    return total;
}
