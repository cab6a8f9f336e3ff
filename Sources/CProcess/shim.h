#include <signal.h>
#include <sys/prctl.h>

/* Has the kernel kill this process when the thread that started it ends (PR_SET_PDEATHSIG): prctl takes any number of arguments, which
   Swift cannot call. */
static inline int sentry_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }
