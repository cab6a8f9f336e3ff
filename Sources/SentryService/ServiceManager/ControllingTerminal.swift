internal import Glibc

/// The terminal that a process was started from.
struct ControllingTerminal: Sendable {
  /// Whether there is one, still (tty(4)).
  var isThere: @Sendable () -> Bool
  /// Its end was to mean nothing when the process started.
  var isHangUpIgnored = false

  /// That of this process.
  static var current: ControllingTerminal {
    // SIGHUP is signal 1, the lowest bit of the mask.
    let ignored = ProcessStatus.text().flatMap { ProcessStatus.value(of: "SigIgn", in: $0) }?.first
    let isIgnored = ignored.flatMap { UInt64($0, radix: 16) }.map { $0 & 1 != 0 } ?? false
    return ControllingTerminal(isThere: isOpenable, isHangUpIgnored: isIgnored)
  }

  @Sendable private static func isOpenable() -> Bool {
    // Safe: the call reads the path, a constant.
    let descriptor = unsafe open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }
}
