#pragma once
// What the runtime needs from the processor and the system, and Swift cannot say itself:
// CPUID, floating-point control, thread-local slots, pages, and two loops that measure.
#include <stddef.h>
#include <stdint.h>

// MARK: Processor

// Features that both the processor and the operating system support (CPUID and XGETBV), as bits.
// On processors other than x86-64 no bit is set.
enum {
    GK_CPU_AVX2 = 1 << 0,
    GK_CPU_FMA = 1 << 1,
    GK_CPU_F16C = 1 << 2,
    GK_CPU_BMI2 = 1 << 3,
    GK_CPU_AVX512F = 1 << 4,
    GK_CPU_AVX512DQ = 1 << 5,
    GK_CPU_AVX512BW = 1 << 6,
    GK_CPU_AVX512VL = 1 << 7,
    GK_CPU_AVX512CD = 1 << 8,
    GK_CPU_AVX512BF16 = 1 << 9,
    GK_CPU_AVX512VNNI = 1 << 10,
};
uint32_t gk_cpu_features(void);

// The maker ("GenuineIntel", "AuthenticAMD") and the marketing name, zero-terminated, empty when
// the processor does not tell. `vendor` has room for 13 bytes, `brand` for 49.
void gk_cpu_vendor(char *vendor);
void gk_cpu_brand(char *brand);

// Processors this process may run on (its affinity mask), at least 1.
int gk_available_cpus(void);

// The processor this thread runs on, -1 where the system does not tell.
int gk_current_cpu(void);

// Moves the calling thread to another of its processors if it runs on `cpu` and has another. Its
// affinity mask is afterwards what it was.
void gk_leave_cpu(int cpu);

// Bytes of physical memory, 0 when unknown.
uint64_t gk_physical_memory(void);

// Bytes of the last level of the caches that a core reaches, 0 when unknown.
uint64_t gk_last_level_cache(void);

// Nanoseconds of a clock that never goes back.
uint64_t gk_nanoseconds(void);

// A hint to the processor that this thread spins.
static inline void gk_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// MARK: Denormals

// Flush-to-zero and denormals-are-zero, for the calling thread. `flush` switches both on, `keep`
// both off; they return what stood before, and `restore` puts that back. Exception flags stay.
#if defined(__x86_64__)
#define GK_FLUSH_BITS 0x8040u
static inline uint64_t gk_denormals_flush(void) {
    uint32_t state = __builtin_ia32_stmxcsr();
    if ((state & GK_FLUSH_BITS) != GK_FLUSH_BITS) __builtin_ia32_ldmxcsr(state | GK_FLUSH_BITS);
    return state & GK_FLUSH_BITS;
}
static inline uint64_t gk_denormals_keep(void) {
    uint32_t state = __builtin_ia32_stmxcsr();
    if (state & GK_FLUSH_BITS) __builtin_ia32_ldmxcsr(state & ~GK_FLUSH_BITS);
    return state & GK_FLUSH_BITS;
}
static inline void gk_denormals_restore(uint64_t before) {
    const uint32_t state = __builtin_ia32_stmxcsr();
    if ((state & GK_FLUSH_BITS) == before) return;
    __builtin_ia32_ldmxcsr((state & ~GK_FLUSH_BITS) | (uint32_t)before);
}
#elif defined(__aarch64__)
#define GK_FLUSH_BITS (1ull << 24)
static inline uint64_t gk_denormals_flush(void) {
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    if (!(state & GK_FLUSH_BITS)) __asm__ volatile("msr fpcr, %0" ::"r"(state | GK_FLUSH_BITS));
    return state & GK_FLUSH_BITS;
}
static inline uint64_t gk_denormals_keep(void) {
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    if (state & GK_FLUSH_BITS) __asm__ volatile("msr fpcr, %0" ::"r"(state & ~GK_FLUSH_BITS));
    return state & GK_FLUSH_BITS;
}
static inline void gk_denormals_restore(uint64_t before) {
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    if ((state & GK_FLUSH_BITS) == before) return;
    __asm__ volatile("msr fpcr, %0" ::"r"((state & ~GK_FLUSH_BITS) | before));
}
#else
static inline uint64_t gk_denormals_flush(void) { return 0; }
static inline uint64_t gk_denormals_keep(void) { return 0; }
static inline void gk_denormals_restore(uint64_t before) { (void)before; }
#endif

// MARK: Threads

// Pointers that belong to the calling thread, null until set. `slot` is 0 ... GK_THREAD_SLOTS - 1.
enum { GK_THREAD_SLOTS = 8 };
void *gk_thread_slot_get(int slot);
void gk_thread_slot_set(int slot, void *value);

// A number from 1 that no other thread of this process had or will have.
uint64_t gk_thread_id(void);

// MARK: Pages

// `byteCount` zeroed bytes aligned to 2 MiB, huge pages advised; null if the system refuses.
void *gk_pages_map(size_t byteCount);
void gk_pages_unmap(void *pages, size_t byteCount);

// MARK: Measurements

// Instruction sets, in the order of `Runtime.InstructionSet`.
enum { GK_SET_PORTABLE, GK_SET_AVX2, GK_SET_AVX512, GK_SET_COUNT };

// Multiply-adds on registers alone, the ceiling of float32 arithmetic. One iteration is
// `gk_arithmetic_flops(set)` operations. The result only keeps the loop from being removed.
// The caller answers for the processor having `set`.
int gk_arithmetic_flops(int set);
float gk_arithmetic(int set, int64_t iterations);

// target[i] = source[i] · factor: the plain read and write loop that element-wise operations are
// judged by. The ranges do not overlap.
void gk_scaled_copy(
    float *restrict target, const float *restrict source, float factor, size_t count);
