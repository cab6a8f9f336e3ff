public import SentryCapture

/// How packets reach the packet thread, and whether their verdicts hold.
public enum PacketIntake: Sendable {
  /// Nothing is opened; packets only come from requests.
  case none
  /// Copies of what passes on the interfaces: verdicts are computed and reported (monitor mode).
  case watch(LiveCapture.Options)
  /// The packets themselves, kept by the kernel until they are judged (queue mode).
  case queue(KernelQueue.Options, QueueMarks)
}

/// The bits of a packet's mark that sentry and the kernel's packet filter tell each other something by. All others stay as they are.
public struct QueueMarks: Sendable, Equatable {
  /// Made by us, not to be judged.
  public var own: UInt32 = 0x2000_0000

  public init() {}
}
