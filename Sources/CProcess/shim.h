#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <linux/netlink.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Calls that take any number of arguments, or that the C library has no function for: Swift cannot make them. They return -1 and set
   errno. */

/* Has the kernel kill this process when the thread that started it ends (PR_SET_PDEATHSIG). */
static inline int sentry_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

/* No program that this process starts ever has more rights than it (PR_SET_NO_NEW_PRIVS). */
static inline int sentry_forbid_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

/* Nothing can bring capabilities back: neither the bounding set nor the ambient one has any (capabilities(7)). Without CAP_SETPCAP
   the bounding set stays, which then means nothing. */
static inline void sentry_forget_capabilities(void) {
  for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++) prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* Gives up the capabilities that are left. */
static inline int sentry_drop_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
  memset(none, 0, sizeof none);
  return (int)syscall(SYS_capset, &header, none);
}

/* A descriptor that is readable when the process has ended (pidfd_open(2)). */
static inline int sentry_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

/* 0 if two processes or threads have one table of open files between them; else another number, -1 where that is not told (kcmp(2)). */
static inline int sentry_compare_files(int one, int other) { return (int)syscall(SYS_kcmp, one, other, KCMP_FILES, 0, 0); }

/* A pipe whose ends are closed with the next program (pipe2(2)). */
static inline int sentry_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

/* What this process, and those that it starts, may use at most. */
static inline int sentry_limit_memory(unsigned long bytes) {
  struct rlimit limit = {bytes, bytes};
  return setrlimit(RLIMIT_DATA, &limit);
}
static inline int sentry_limit_files(unsigned long count) {
  struct rlimit limit = {count, count};
  return setrlimit(RLIMIT_NOFILE, &limit);
}
static inline int sentry_limit_file_size(unsigned long bytes) {
  struct rlimit limit = {bytes, bytes};
  return setrlimit(RLIMIT_FSIZE, &limit);
}
static inline int sentry_limit_processes(unsigned long count) {
  struct rlimit limit = {count, count};
  return setrlimit(RLIMIT_NPROC, &limit);
}
static inline int sentry_forbid_core_files(void) {
  struct rlimit limit = {0, 0};
  return setrlimit(RLIMIT_CORE, &limit);
}

/* Has all files from a number on closed in the program that is started; the C library has it since 2.34, for those who ask for its
   extensions. */
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
