/* Scaffolding of the register-only loops. The compiler must neither fold an operation away nor move a value to
 * memory, so every operand passes through an empty asm statement that pretends to change it. */
#ifndef PEAK_LOOP_H
#define PEAK_LOOP_H
#include <stdint.h>

/* The register class of vectors, and of floating-point scalars. */
#if defined(__AVX512F__)
#define VECTOR_CLASS "v"
#elif defined(__x86_64__)
#define VECTOR_CLASS "x"
#else
#define VECTOR_CLASS "w"
#endif
#if defined(__x86_64__)
#define FLOAT_CLASS "x"
#elif defined(__aarch64__)
#define FLOAT_CLASS "w"
#elif defined(__arm__)
#define FLOAT_CLASS "t"
#else
#define FLOAT_CLASS "f"
#endif

#define OPAQUE(class, value) __asm__ volatile("" : "+" class(value))
#define USED(class, value) __asm__ volatile("" ::class(value))

/* A function of `chains` independent accumulators `acc[i]`; STEP(i) may use the opaque operands a and b. */
#define PEAK_LOOP(function, class, type, chains, first_a, first_b, zero, STEP)                                         \
    void function(uint64_t iterations);                                                                                \
    void function(uint64_t iterations) {                                                                               \
        type a = first_a, b = first_b, acc[chains];                                                                    \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) acc[i] = zero;                             \
        OPAQUE(class, b);                                                                                              \
        for (uint64_t left = iterations; left; left--)                                                                 \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {                                      \
                OPAQUE(class, a);                                                                                      \
                STEP(i);                                                                                               \
            }                                                                                                          \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) USED(class, acc[i]);                       \
    }

/* The same with a second set of registers `sum[i]`, for adders that carry. */
#define PEAK_CARRY_LOOP(function, class, type, chains, first_a, first_b, zero, STEP)                                   \
    void function(uint64_t iterations);                                                                                \
    void function(uint64_t iterations) {                                                                               \
        type a = first_a, b = first_b, acc[chains], sum[chains];                                                       \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) acc[i] = sum[i] = zero;                    \
        OPAQUE(class, b);                                                                                              \
        for (uint64_t left = iterations; left; left--)                                                                 \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {                                      \
                OPAQUE(class, a);                                                                                      \
                STEP(i);                                                                                               \
            }                                                                                                          \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) {                                          \
            USED(class, acc[i]);                                                                                       \
            USED(class, sum[i]);                                                                                       \
        }                                                                                                              \
    }
#endif
