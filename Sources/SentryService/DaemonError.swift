public import SentryCapture
public import SentryNetfilter

/// Why the daemon cannot start, or cannot answer.
public enum DaemonError: Error, Equatable {
  /// The document it should start with; its findings say more.
  case documentHasErrors(name: String)
  case capture(CaptureError)
  /// Of queue mode.
  case netfilter(NetfilterError)
  /// Another daemon listens on this socket.
  case socketInUse(path: String)
  case socketNotPermitted(path: String)
  /// The socket, or the directory it belongs in, cannot be made.
  case socketUnusable(path: String, reason: String)
  /// Metrics cannot be had at this address and port.
  case metricsUnusable(place: String, reason: String)
  /// The web pages cannot be had at this address and port.
  case webUnusable(place: String, reason: String)
  /// Somebody else's document came in between: the generation in force is not the one expected.
  case generationChanged(expected: UInt32, found: UInt32)
  /// The rules in force are not to change now, or not so.
  case refused(ApplyRefusal)
  /// It is shutting down, or its packet thread has ended.
  case stopped
}
