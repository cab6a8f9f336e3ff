#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* A terminal that is drawn on, and comes back as it was however the program ends, short of SIGKILL. Everything in here that runs in a
   signal handler may (signal-safety(7)). One source file only may use it: each has variables of its own. */

struct sentry_terminal {
  struct termios before;
  volatile sig_atomic_t is_drawn;
  int notices;
};

/* The only one. */
static inline struct sentry_terminal *sentry_terminal(void) {
  static struct sentry_terminal terminal;
  return &terminal;
}

/* Puts the terminal back; does nothing where it is as it was. */
static void sentry_terminal_end(void) {
  /* Every attribute off, line wrap on, cursor on, the screen from before (ECMA-48, and xterm's private modes). */
  static const char leave[] = "\033[0m\033[?7h\033[?25h\033[?1049l";
  if (!sentry_terminal()->is_drawn) return;
  sentry_terminal()->is_drawn = 0;
  int before = errno;
  if (write(STDOUT_FILENO, leave, sizeof leave - 1) < 0) { /* It is gone. */ }
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &sentry_terminal()->before);
  errno = before;
}

/* Keys come one by one and unseen; the screen is ours. */
static int sentry_terminal_draw(void) {
  static const char enter[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
  if (sentry_terminal()->is_drawn) return 0;
  if (tcgetattr(STDIN_FILENO, &sentry_terminal()->before) != 0) return -1;
  struct termios raw = sentry_terminal()->before;
  raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP | IXON);
  raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  sentry_terminal()->is_drawn = 1;
  if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) {
    sentry_terminal()->is_drawn = 0;
    return -1;
  }
  return write(STDOUT_FILENO, enter, sizeof enter - 1) < 0 ? -1 : 0;
}

static void sentry_terminal_note(int number) {
  int before = errno;
  unsigned char notice = (unsigned char)number;
  if (write(sentry_terminal()->notices, &notice, 1) < 0) { /* As many wait as the pipe holds. */ }
  errno = before;
}

/* The program is about to die of a mistake of its own: the handler is gone by now, and the signal comes again. */
static void sentry_terminal_crash(int number) {
  sentry_terminal_end();
  raise(number);
}

static void sentry_terminal_handle(int number, void (*handler)(int), int flags) {
  struct sigaction action = {0};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigfillset(&action.sa_mask);
  sigaction(number, &action, 0);
}

/* Begins to draw. The number of each signal that asks for something is written to a descriptor. */
static inline int sentry_terminal_begin(int notices) {
  static const int asked[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT};
  static const int fatal[] = {SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGABRT, SIGSYS};
  sentry_terminal()->notices = notices;
  if (sentry_terminal_draw() != 0) return -1;
  atexit(sentry_terminal_end);
  for (unsigned i = 0; i < sizeof asked / sizeof *asked; i++)
    sentry_terminal_handle(asked[i], sentry_terminal_note, SA_RESTART);
  for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++)
    sentry_terminal_handle(fatal[i], sentry_terminal_crash, SA_RESETHAND | SA_NODEFER);
  return 0;
}

/* Stops as Control-Z stops other programs; returns when somebody has us go on. */
static inline void sentry_terminal_pause(void) {
  sentry_terminal_end();
  kill(0, SIGSTOP);
  sentry_terminal_draw();
}
