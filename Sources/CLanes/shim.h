#include <stdint.h>

/* What Swift has no words for: comparing all that lies in a cache line at once, and asking for one before it is needed. */

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
