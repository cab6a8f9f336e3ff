#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Parts of files that are mapped to be read, while others may cut those files short. The kernel sends SIGBUS to who reads a page that
   the file has no more; in one of these parts such a page reads as zeros instead. Everything in here that runs in the signal handler
   may (signal-safety(7); mmap is no more than a system call). One source file only may use it: each has variables of its own. */

enum { sentry_file_window_limit = 64 };

struct sentry_file_windows {
  /* Where each begins, as the number of its first 4096 bytes, and how many such it has, in the lowest 20 bits; 0 for none. One word, so
     that whoever reads it has both of the same window. */
  _Atomic uint64_t places[sentry_file_window_limit];
  struct sigaction before;
  uintptr_t page_size;
  int is_ready;
};

static inline struct sentry_file_windows *sentry_file_windows(void) {
  static struct sentry_file_windows windows;
  return &windows;
}

static inline int sentry_file_window_holds(uint64_t place, uintptr_t address) {
  uintptr_t start = place >> 20 << 12, size = (place & 0xFFFFF) << 12;
  return address - start < size;
}

static void sentry_file_window_fault(int number, siginfo_t *fault, void *context) {
  (void)context;
  int before = errno;
  struct sentry_file_windows *windows = sentry_file_windows();
  uintptr_t address = (uintptr_t)fault->si_addr, page = address & ~(windows->page_size - 1);
  for (int i = 0; i < sentry_file_window_limit; i++) {
    if (!sentry_file_window_holds(atomic_load(&windows->places[i]), address)) continue;
    void *zeros = mmap((void *)page, windows->page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (zeros == MAP_FAILED) break;
    errno = before;
    return;
  }
  /* Not one of ours: it is made again as if we were not there. */
  sigaction(number, &windows->before, 0);
  errno = before;
}

static void sentry_file_windows_prepare(void) {
  struct sentry_file_windows *windows = sentry_file_windows();
  struct sigaction action = {0};
  action.sa_sigaction = sentry_file_window_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  windows->page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
  windows->is_ready = sigaction(SIGBUS, &action, &windows->before) == 0;
}

/* Protects a mapping of less than 4 GiB. Returns what `sentry_file_window_forget` is to be given, before it is unmapped; -1 if there
   are too many. */
static inline int sentry_file_window_protect(const void *start, size_t size) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, sentry_file_windows_prepare);
  struct sentry_file_windows *windows = sentry_file_windows();
  if (!windows->is_ready) return -1;
  uint64_t place = (uint64_t)(uintptr_t)start >> 12 << 20 | (uint64_t)((size + 4095) >> 12);
  for (int i = 0; i < sentry_file_window_limit; i++) {
    uint64_t none = 0;
    if (atomic_compare_exchange_strong(&windows->places[i], &none, place)) return i;
  }
  return -1;
}

static inline void sentry_file_window_forget(int number) { atomic_store(&sentry_file_windows()->places[number], 0); }

/* How often this thread has asked the kernel for a page that was not mapped; 0 if that cannot be told. */
static inline long sentry_page_faults(void) {
  struct rusage usage;
  if (getrusage(1 /* RUSAGE_THREAD, an extension */, &usage) != 0) return 0;
  return usage.ru_minflt + usage.ru_majflt;
}
