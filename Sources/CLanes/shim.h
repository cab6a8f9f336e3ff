#include <stdint.h>

/* What Swift has no words for: comparing all that lies in a cache line at once, asking for one before it is needed, and looking for
   many texts at once. */

typedef uint32_t sentry_line __attribute__((ext_vector_type(16)));
typedef int32_t sentry_answers __attribute__((ext_vector_type(16)));
typedef _Bool sentry_flags __attribute__((ext_vector_type(16)));

/* Which of the 16 words of a line, which is aligned to its 64 bytes, are `sought` in the bits of `mask`: a bit for each, the
   lowest for the first. */
static inline uint32_t sentry_matching_words(const uint32_t *line, uint32_t mask, uint32_t sought) {
  sentry_answers answers = (*(const sentry_line *)line & mask) == sought;
  sentry_flags flags = __builtin_convertvector(answers, sentry_flags);
  uint16_t bits;
  __builtin_memcpy(&bits, &flags, sizeof bits);
  return bits;
}

/* Has a cache line fetched that will be read or changed soon. Any address will do. */
static inline void sentry_prefetch(const void *address) { __builtin_prefetch(address, 1); }

/* The same for all from one address to another that will only be read. */
static inline void sentry_prefetch_to_read(const void *start, const void *end) {
  for (const char *line = start; line < (const char *)end; line += 64) __builtin_prefetch(line, 0);
}

/* Grams: runs of 1, 2 or 4 bytes of a text. Capital letters count as small ones (and so do some other bytes). Sets of them may say
   yes to others, but never no to one of theirs; answers are bits, the lowest for the first gram asked for. */

__attribute__((always_inline)) static inline uint32_t sentry_gram(const uint8_t *bytes, uint32_t length) {
  uint32_t gram = 0;
  __builtin_memcpy(&gram, bytes, length);
  return gram | 0x20202020;
}

static inline uint32_t sentry_gram_hash(uint32_t gram) { return gram * 0x9E3779B1; }
static inline uint32_t sentry_second_gram_hash(uint32_t gram) { return gram * 0x85EBCA6B; }

/* A set of 1 << (32 - shift) words; a gram has two bits in one of them. */
static inline void sentry_gram_set_add(uint64_t *set, uint32_t shift, uint32_t gram) {
  uint32_t first = sentry_gram_hash(gram), second = sentry_second_gram_hash(gram);
  set[first >> shift] |= (uint64_t)1 << (second >> 26) | (uint64_t)1 << (second >> 20 & 63);
}

__attribute__((always_inline)) static inline uint64_t sentry_grams_of_length(
    uint32_t length, const uint8_t *bytes, uint32_t count, uint32_t stride, const uint64_t *set, uint32_t shift) {
  uint64_t answers = 0;
  for (uint32_t index = 0; index < count; index += 1) {
    uint32_t gram = sentry_gram(bytes + stride * index, length);
    uint32_t second = sentry_second_gram_hash(gram);
    uint64_t word = set[sentry_gram_hash(gram) >> shift];
    answers |= (word >> (second >> 26) & word >> (second >> 20 & 63) & 1) << index;
  }
  return answers;
}

/* Which of up to 64 grams, one every `stride` bytes, are in a set. */
static inline uint64_t sentry_grams_of_set(
    const uint8_t *bytes, uint32_t count, uint32_t length, uint32_t stride, const uint64_t *set, uint32_t shift) {
  switch (length) {
    case 1: return sentry_grams_of_length(1, bytes, count, stride, set, shift);
    case 2: return sentry_grams_of_length(2, bytes, count, stride, set, shift);
    default: return sentry_grams_of_length(4, bytes, count, stride, set, shift);
  }
}

/* A small set of grams of four: three parts of 32 words; a gram has a bit in each. */
enum { sentry_small_set_words = 96 };

static inline void sentry_small_set_add(uint32_t *set, uint32_t gram) {
  uint32_t first = sentry_gram_hash(gram), second = sentry_second_gram_hash(gram);
  set[first >> 27] |= (uint32_t)1 << (first >> 22 & 31);
  set[32 + (first >> 17 & 31)] |= (uint32_t)1 << (first >> 12 & 31);
  set[64 + (second >> 27)] |= (uint32_t)1 << (second >> 22 & 31);
}

#ifdef __x86_64__

/* This processor looks up sixteen grams in a small set at once. */
static inline _Bool sentry_has_small_sets(void) { return __builtin_cpu_supports("avx512f"); }

typedef int32_t sentry_lanes __attribute__((ext_vector_type(16)));

/* The words of one part that `places` name, in the lowest bit what their bit of `bits` says. */
__attribute__((target("avx512f"), always_inline)) static inline sentry_line sentry_look_up(
    const sentry_lanes *part, sentry_line places, sentry_line bits) {
  return (sentry_line)__builtin_ia32_vpermi2vard512(part[0], (sentry_lanes)places, part[1]) >> (bits & 31);
}

/* Which of 16 to 64 grams, one every four bytes, are in a small set. */
__attribute__((target("avx512f"), noinline)) static inline uint64_t sentry_grams_of_small_set(
    const uint8_t *bytes, uint32_t count, const uint32_t *set) {
  sentry_lanes parts[6];
  __builtin_memcpy(parts, set, sizeof parts);
  uint64_t answers = 0;
  for (uint32_t done = 0; done < count; done += 16) {
    /* The last sixteen may be some that were looked up before. */
    uint32_t start = done + 16 <= count ? done : count - 16;
    sentry_line grams;
    __builtin_memcpy(&grams, bytes + 4 * start, sizeof grams);
    grams |= 0x20202020;
    sentry_line first = grams * 0x9E3779B1, second = grams * 0x85EBCA6B;
    sentry_line found = sentry_look_up(parts, first >> 27, first >> 22) &
                        sentry_look_up(parts + 2, first >> 17, first >> 12) &
                        sentry_look_up(parts + 4, second >> 27, second >> 22);
    sentry_answers isFound = (found & 1) != 0;
    sentry_flags flags = __builtin_convertvector(isFound, sentry_flags);
    uint16_t bits;
    __builtin_memcpy(&bits, &flags, sizeof bits);
    answers |= (uint64_t)bits << start;
  }
  return answers;
}

#else

static inline _Bool sentry_has_small_sets(void) { return 0; }

static inline uint64_t sentry_grams_of_small_set(const uint8_t *bytes, uint32_t count, const uint32_t *set) {
  return ~(uint64_t)0;
}

#endif
