internal import Glibc

/// Files that the process which started this one had open, and that are not ours.
enum InheritedFiles {
  /// Closes them, but for the three that every process has. What this program has opened by itself is marked to be closed with the
  /// next (`O_CLOEXEC`), and stays.
  static func close() {
    for file in ProcessFolder().files(of: getpid()) where file > STDERR_FILENO {
      let flags = fcntl(file, F_GETFD)
      if flags >= 0, flags & FD_CLOEXEC == 0 { Glibc.close(file) }
    }
  }
}
