#include <string.h>

#include "CMedia.h"

void gm_crc32c_table(uint32_t table[8 * 256]) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        table[i] = crc;
    }
    // Row k is what a byte does to the sum k bytes later.
    for (uint32_t i = 0; i < 256; i++) {
        for (int k = 1; k < 8; k++) {
            uint32_t before = table[256 * (k - 1) + i];
            table[256 * k + i] = before >> 8 ^ table[before & 0xFF];
        }
    }
}

// Slicing by eight: Kounavis and Berry, "Novel table lookup-based algorithms for high-performance
// CRC generation" (2008).
static uint32_t by_table(uint32_t crc, const uint8_t *data, size_t count, const uint32_t *table) {
    for (; count >= 8; count -= 8, data += 8) {
        uint32_t low = crc ^ (data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
                              (uint32_t)data[3] << 24);
        crc = table[256 * 7 + (low & 0xFF)] ^ table[256 * 6 + (low >> 8 & 0xFF)] ^
              table[256 * 5 + (low >> 16 & 0xFF)] ^ table[256 * 4 + (low >> 24)] ^
              table[256 * 3 + data[4]] ^ table[256 * 2 + data[5]] ^ table[256 + data[6]] ^
              table[data[7]];
    }
    for (; count; count--, data++) crc = crc >> 8 ^ table[(crc ^ *data) & 0xFF];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const uint8_t *data,
                                                                 size_t count) {
    uint64_t sum = crc;
    for (; count >= 8; count -= 8, data += 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        sum = __builtin_ia32_crc32di(sum, word);
    }
    crc = (uint32_t)sum;
    for (; count; count--, data++) crc = __builtin_ia32_crc32qi(crc, *data);
    return crc;
}
#endif

uint32_t gm_crc32c(uint32_t crc, const uint8_t *data, size_t count, const uint32_t *table,
                   int portable) {
#if defined(__x86_64__)
    if (!portable && __builtin_cpu_supports("sse4.2")) return ~by_instruction(~crc, data, count);
#endif
    (void)portable;
    return ~by_table(~crc, data, count, table);
}
