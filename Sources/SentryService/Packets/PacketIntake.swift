public import SentryCapture
internal import SentryNetfilter

/// How packets reach the packet thread, and whether their verdicts hold.
public enum PacketIntake: Sendable {
  /// Nothing is opened; packets only come from requests.
  case none
  /// Copies of what passes on the interfaces: verdicts are computed and reported.
  case watch(LiveCapture.Options)
  /// The packets themselves, kept by the kernel until they are judged.
  case queue(QueueIntake)
  /// Frames on their way between two interfaces, which are the daemon's only ones: verdicts are carried out.
  case bridge(BridgeIntake)

  /// Packets come from and go to this host, so that processes of it may be behind them.
  var tellsOwners: Bool {
    switch self {
    case .watch, .queue: true
    case .none, .bridge: false
    }
  }

  /// Verdicts would be carried out, had nobody asked to let all packets pass.
  var isDryRun: Bool {
    switch self {
    case .none, .watch: false
    case .queue(let queue): queue.isDryRun
    case .bridge(let bridge): bridge.isDryRun
    }
  }

  /// Rates are limited: verdicts are carried out.
  var paces: Bool {
    switch self {
    case .none, .watch: false
    case .queue, .bridge: !isDryRun
    }
  }

  /// What rules end does not reach this host. (A bridge's host hears for itself what arrives there.)
  var endsConnections: Bool {
    switch self {
    case .none: true
    case .watch, .bridge: false
    case .queue: !isDryRun
    }
  }

  /// As `sentry run --mode` and `sentry status` call it.
  public var mode: String {
    switch self {
    case .none, .watch: "monitor"
    case .queue: "queue"
    case .bridge: "bridge"
    }
  }
}

/// How two interfaces are bridged.
public struct BridgeIntake: Sendable {
  /// Verdicts are reported, but all frames pass.
  public var isDryRun = false

  public init() {}
}

/// How a kernel queue is opened, and what its verdicts do.
public struct QueueIntake: Sendable {
  /// The bit of the mark on packets of our own making, which are not judged.
  static let ownMark: UInt32 = 0x2000_0000

  /// The bit that marks packets on their way to the queue, unless another is asked for.
  public static let usualMark: UInt32 = 0x4000_0000
  /// Bits of the mark that mean something else: our own packets, and the next hops of `Route to`.
  public static let takenMarks = ownMark | PolicyRoutes.mask

  public var options: KernelQueue.Options
  /// The bit that marks packets on their way to the queue, where the kernel needs one: any that is not of `takenMarks`.
  public var queueMark = QueueIntake.usualMark
  /// Verdicts are reported, but all packets pass.
  public var isDryRun = false
  /// Where the copy for the next boot is kept; `nil` for none.
  public var stateDirectory: String?

  public init(_ options: KernelQueue.Options) { self.options = options }
}
