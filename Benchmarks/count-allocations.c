// Counts calls of malloc, calloc, realloc and the aligned ones. Preloaded (LD_PRELOAD) into the program that is measured,
// which asks for the count by name.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static atomic_ulong calls;

// dlsym itself allocates before we know the real functions: it is served from here.
static char early[65536];
static size_t early_used;

static void *early_allocation(size_t size) {
  size_t start = (early_used + 15) & ~(size_t)15;
  if (start + size > sizeof early) return NULL;
  early_used = start + size;
  return early + start;
}

static int is_early(const void *pointer) {
  return (const char *)pointer >= early && (const char *)pointer < early + sizeof early;
}

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void *(*real_aligned_alloc)(size_t, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void (*real_free)(void *);
static int is_resolving;

// Other libraries allocate before our turn to be initialised comes, so the first call of all resolves.
static int resolved(void) {
  if (real_malloc) return 1;
  if (is_resolving) return 0;
  is_resolving = 1;
  real_calloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "calloc");
  real_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
  real_aligned_alloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "aligned_alloc");
  real_posix_memalign = (int (*)(void **, size_t, size_t))dlsym(RTLD_NEXT, "posix_memalign");
  real_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
  real_malloc = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
  return real_malloc != NULL;
}

uint64_t sentry_allocation_count(void) { return atomic_load(&calls); }

void *malloc(size_t size) {
  atomic_fetch_add(&calls, 1);
  return resolved() ? real_malloc(size) : early_allocation(size);
}

void *calloc(size_t count, size_t size) {
  atomic_fetch_add(&calls, 1);
  return resolved() ? real_calloc(count, size) : early_allocation(count * size);
}

void *realloc(void *pointer, size_t size) {
  atomic_fetch_add(&calls, 1);
  if (resolved() && !is_early(pointer)) return real_realloc(pointer, size);
  void *moved = resolved() ? real_malloc(size) : early_allocation(size);
  // What was served early is small, and lies in a block at least that large.
  if (moved && pointer) memcpy(moved, pointer, size < 4096 ? size : 4096);
  return moved;
}

void *aligned_alloc(size_t alignment, size_t size) {
  atomic_fetch_add(&calls, 1);
  return resolved() ? real_aligned_alloc(alignment, size) : NULL;
}

int posix_memalign(void **pointer, size_t alignment, size_t size) {
  atomic_fetch_add(&calls, 1);
  return resolved() ? real_posix_memalign(pointer, alignment, size) : 12;
}

void free(void *pointer) {
  if (pointer && !is_early(pointer) && resolved()) real_free(pointer);
}
