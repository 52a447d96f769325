#include "CChecksum.h"

#if defined(__x86_64__)

#include <nmmintrin.h>
#include <pthread.h>
#include <string.h>

// The instruction takes eight bytes each three cycles' latency, but one can start in every cycle. So three blocks are
// summed side by side, and the first two states are then moved over the zeros that would have followed them.
enum { BLOCK = 2048, TABLES = 4 };

/// shifts[t][b]: the state b << 8t after BLOCK bytes of zero.
static uint32_t shifts[TABLES][256];
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void prepare(void) {
    // The shift is linear: what becomes of each bit says what becomes of every state.
    uint32_t bits[32];
    for (int bit = 0; bit < 32; bit++) {
        uint32_t state = 1u << bit;
        for (int step = 0; step < 8 * BLOCK; step++) state = state & 1 ? state >> 1 ^ 0x82F63B78u : state >> 1;
        bits[bit] = state;
    }
    for (int table = 0; table < TABLES; table++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint32_t state = 0;
            for (int bit = 0; bit < 8; bit++)
                if (byte >> bit & 1) state ^= bits[8 * table + bit];
            shifts[table][byte] = state;
        }
    }
}

static uint64_t shifted(uint64_t state) {
    return shifts[0][state & 0xFF] ^ shifts[1][state >> 8 & 0xFF] ^ shifts[2][state >> 16 & 0xFF]
        ^ shifts[3][state >> 24 & 0xFF];
}

static uint64_t word(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

bool carina_crc32c_is_there(void) {
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2")))
uint32_t carina_crc32c(uint32_t state, const uint8_t *bytes, size_t count) {
    uint64_t crc = state;
    if (count >= 3 * BLOCK) pthread_once(&prepared, prepare);
    for (; count >= 3 * BLOCK; bytes += 3 * BLOCK, count -= 3 * BLOCK) {
        uint64_t second = 0, third = 0;
        for (size_t offset = 0; offset < BLOCK; offset += 8) {
            crc = _mm_crc32_u64(crc, word(bytes + offset));
            second = _mm_crc32_u64(second, word(bytes + BLOCK + offset));
            third = _mm_crc32_u64(third, word(bytes + 2 * BLOCK + offset));
        }
        crc = shifted(shifted(crc) ^ second) ^ third;
    }
    for (; count >= 8; bytes += 8, count -= 8) crc = _mm_crc32_u64(crc, word(bytes));
    for (; count > 0; bytes++, count--) crc = _mm_crc32_u8((uint32_t)crc, *bytes);
    return (uint32_t)crc;
}

#else

bool carina_crc32c_is_there(void) {
    return false;
}

uint32_t carina_crc32c(uint32_t state, const uint8_t *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return state;
}

#endif
