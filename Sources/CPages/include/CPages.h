#ifndef SENTRY_CPAGES_H
#define SENTRY_CPAGES_H

#include <stddef.h>

/// A file of the web pages, as it was when the program was built.
struct sentry_page {
  /// Below Sources/SentryDashboard/Pages, with a zero at its end.
  const char *name;
  const unsigned char *bytes;
  size_t size;
};

size_t sentry_page_count(void);

/// `index` is less than the count. What it returns is never freed.
const struct sentry_page *sentry_page_at(size_t index);

#endif
