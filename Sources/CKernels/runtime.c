#define _GNU_SOURCE
#include "CKernelsRuntime.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

// MARK: Processor

#if defined(__x86_64__)
// The register states that the operating system saves: bits of XCR0.
static uint64_t saved_states(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((uint64_t)high << 32) | low;
}

uint32_t gk_cpu_features(void) {
    const uint64_t ymm_states = 0x06, zmm_states = 0xE6;
    uint32_t a, b, c, d, features = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    const uint32_t osxsave = 1u << 27;
    if (!(c & osxsave)) return 0;
    const uint64_t states = saved_states();
    if ((states & ymm_states) != ymm_states) return 0;
    if (c & (1u << 12)) features |= GK_CPU_FMA;
    if (c & (1u << 29)) features |= GK_CPU_F16C;

    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return features;
    const uint32_t subleaves = a;
    if (b & (1u << 5)) features |= GK_CPU_AVX2;
    if (b & (1u << 8)) features |= GK_CPU_BMI2;
    if ((states & zmm_states) != zmm_states) return features;
    if (b & (1u << 16)) features |= GK_CPU_AVX512F;
    if (b & (1u << 17)) features |= GK_CPU_AVX512DQ;
    if (b & (1u << 28)) features |= GK_CPU_AVX512CD;
    if (b & (1u << 30)) features |= GK_CPU_AVX512BW;
    if (b & (1u << 31)) features |= GK_CPU_AVX512VL;
    if (c & (1u << 11)) features |= GK_CPU_AVX512VNNI;
    if (subleaves >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & (1u << 5)))
        features |= GK_CPU_AVX512BF16;
    return features;
}

void gk_cpu_vendor(char *vendor) {
    uint32_t a, words[3] = {0, 0, 0};
    memset(vendor, 0, 13);
    if (__get_cpuid(0, &a, &words[0], &words[2], &words[1])) memcpy(vendor, words, 12);
}

void gk_cpu_brand(char *brand) {
    uint32_t words[4];
    memset(brand, 0, 49);
    for (uint32_t part = 0; part < 3; part++) {
        if (!__get_cpuid(0x80000002u + part, &words[0], &words[1], &words[2], &words[3])) return;
        memcpy(brand + 16 * part, words, 16);
    }
}
#else
uint32_t gk_cpu_features(void) { return 0; }
void gk_cpu_vendor(char *vendor) { memset(vendor, 0, 13); }
void gk_cpu_brand(char *brand) {
    memset(brand, 0, 49);
#if defined(__APPLE__)
    size_t size = 48;
    if (sysctlbyname("machdep.cpu.brand_string", brand, &size, NULL, 0) != 0) brand[0] = 0;
#endif
}
#endif

int gk_available_cpus(void) {
#if defined(__linux__)
    // A mask of fixed size fails on machines with more processors than it has bits: ask larger.
    for (int bits = 1024; bits <= 1 << 18; bits *= 4) {
        cpu_set_t *mask = CPU_ALLOC(bits);
        if (!mask) break;
        const size_t size = CPU_ALLOC_SIZE(bits);
        const int count = sched_getaffinity(0, size, mask) == 0 ? CPU_COUNT_S(size, mask) : 0;
        CPU_FREE(mask);
        if (count > 0) return count;
    }
#endif
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int gk_current_cpu(void) {
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}

void gk_leave_cpu(int cpu) {
#if defined(__linux__)
    cpu_set_t mask;
    if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getcpu() != cpu) return;
    if (sched_getaffinity(0, sizeof mask, &mask) != 0 || CPU_COUNT(&mask) < 2) return;
    cpu_set_t others = mask;
    CPU_CLR(cpu, &others);
    if (sched_setaffinity(0, sizeof others, &others) == 0)
        sched_setaffinity(0, sizeof mask, &mask);
#else
    (void)cpu;
#endif
}

uint64_t gk_physical_memory(void) {
#if defined(__APPLE__)
    uint64_t bytes = 0;
    size_t size = sizeof bytes;
    return sysctlbyname("hw.memsize", &bytes, &size, NULL, 0) == 0 ? bytes : 0;
#else
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
#endif
}

uint64_t gk_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// MARK: Threads

static _Thread_local void *slots[GK_THREAD_SLOTS];
static _Thread_local uint64_t thread_id;
static _Atomic uint64_t thread_count;

void *gk_thread_slot_get(int slot) { return slots[slot]; }
void gk_thread_slot_set(int slot, void *value) { slots[slot] = value; }

uint64_t gk_thread_id(void) {
    if (thread_id == 0) thread_id = atomic_fetch_add(&thread_count, 1) + 1;
    return thread_id;
}

// MARK: Caches

// What the kernel says of the first processor's third level, 0 when it does not: "32768K".
static uint64_t third_level_of_a_core(void) {
    FILE *file = fopen("/sys/devices/system/cpu/cpu0/cache/index3/size", "r");
    if (!file) return 0;
    unsigned long long kibibytes = 0;
    const int found = fscanf(file, "%lluK", &kibibytes);
    fclose(file);
    return found == 1 ? (uint64_t)kibibytes << 10 : 0;
}

uint64_t gk_last_level_cache(void) {
    // The C library's answer may be the sum over all complexes of cores: 320 MiB on a Zen 4 whose
    // cores share 32 each.
    const uint64_t bytes = third_level_of_a_core();
    if (bytes > 0) return bytes;
#if defined(_SC_LEVEL3_CACHE_SIZE)
    const long total = sysconf(_SC_LEVEL3_CACHE_SIZE);
    return total > 0 ? (uint64_t)total : 0;
#else
    return 0;
#endif
}

// MARK: Pages

void *gk_pages_map(size_t byteCount) {
    const size_t alignment = (size_t)2 << 20, page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t size = (byteCount + page - 1) / page * page;
    if (size < byteCount || size + alignment < size) return NULL;
    char *start = mmap(
        NULL, size + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    char *aligned = (char *)(((uintptr_t)start + alignment - 1) / alignment * alignment);
    const size_t before = (size_t)(aligned - start), after = alignment - before;
    if (before) munmap(start, before);
    if (after) munmap(aligned + size, after);
#if defined(MADV_HUGEPAGE)
    madvise(aligned, size, MADV_HUGEPAGE);  // Advice: a kernel without huge pages refuses it.
#endif
    return aligned;
}

void gk_pages_unmap(void *pages, size_t byteCount) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    munmap(pages, (byteCount + page - 1) / page * page);
}

// MARK: Measurements

// Twelve chains hide the latency of two units on every processor we know and leave registers of
// an AVX2 file for the two factors.
#define CHAINS 12
#define ARITHMETIC(NAME, LANES)                                                              \
    static float NAME(int64_t iterations) {                                                  \
        _Pragma("clang fp contract(fast)")                                                   \
        typedef float vector __attribute__((vector_size(LANES * 4)));                        \
        volatile float factor_source = 0.999f, term_source = 0.001f;                         \
        const vector factor = (vector){} + factor_source, term = (vector){} + term_source;   \
        vector sums[CHAINS];                                                                 \
        _Pragma("clang loop unroll(full)")                                                   \
        for (int i = 0; i < CHAINS; i++) sums[i] = term * (float)(i + 1);                    \
        for (int64_t n = 0; n < iterations; n++) {                                           \
            _Pragma("clang loop unroll(full)")                                               \
            for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + term;              \
        }                                                                                    \
        vector total = (vector){};                                                           \
        _Pragma("clang loop unroll(full)")                                                   \
        for (int i = 0; i < CHAINS; i++) total += sums[i];                                   \
        return total[0];                                                                     \
    }

ARITHMETIC(arithmetic_portable, 4)
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
ARITHMETIC(arithmetic_avx2, 8)
#pragma clang attribute pop
#pragma clang attribute push(                                                                \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), apply_to = function)
ARITHMETIC(arithmetic_avx512, 16)
#pragma clang attribute pop
#endif

int gk_arithmetic_flops(int set) {
    const int lanes = set == GK_SET_AVX512 ? 16 : set == GK_SET_AVX2 ? 8 : 4;
    return 2 * CHAINS * lanes;
}

float gk_arithmetic(int set, int64_t iterations) {
#if defined(__x86_64__)
    if (set == GK_SET_AVX512) return arithmetic_avx512(iterations);
    if (set == GK_SET_AVX2) return arithmetic_avx2(iterations);
#endif
    (void)set;
    return arithmetic_portable(iterations);
}

void gk_scaled_copy(
    float *restrict target, const float *restrict source, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) target[i] = source[i] * factor;
}
