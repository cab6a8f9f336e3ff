/// Connections whose programs could not be told although rules ask what those may do, since that was told last: the settings hold for
/// them.
struct UnfoundPrograms {
  enum Reason: Int, CaseIterable {
    /// The look-up had no answer.
    case unanswered
    /// A socket was closed before it was looked up, or no process seems to have it.
    case noProcess
    /// The process is not ours to see.
    case hidden
    /// The path of its executable means nothing here.
    case foreign

    fileprivate var text: String {
      switch self {
      case .unanswered: "of look-ups without an answer"
      case .noProcess: "of sockets without a process"
      case .hidden: "of processes whose files sentry may not see"
      case .foreign: "of executables that are not this host's files"
      }
    }
  }

  /// In nanoseconds.
  private static let pause: Int64 = 60_000_000_000

  private var counts = [Int](repeating: 0, count: Reason.allCases.count)
  private var isAny = false
  private var lastNanoseconds: Int64?

  mutating func count(_ reason: Reason) {
    isAny = true
    counts[reason.rawValue] += 1
  }

  /// A sentence for the log, once a minute where there is something to tell.
  mutating func takeRemark(nanoseconds: Int64) -> String? {
    guard isAny, lastNanoseconds.map({ nanoseconds - $0 >= Self.pause }) ?? true else { return nil }
    let parts = zip(counts, Reason.allCases).filter { $0.0 > 0 }.map { "\($0) \($1.text)" }
    counts = counts.map { _ in 0 }
    (isAny, lastNanoseconds) = (false, nanoseconds)
    return "connections whose programs cannot be told are judged as those of unknown programs that nobody answers for: "
      + parts.joined(separator: ", ")
  }
}
