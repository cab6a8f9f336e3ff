internal import SentryPacket
internal import SentryProcesses

/// The process that looks up owners, as the packet thread keeps it running: where it ends it is started again, after ever longer
/// pauses.
struct OwnerProcess {
  /// Seconds until it is tried again to start it, at first and at most.
  private static let pauses: ClosedRange<Int64> = 1...60

  private let command: HelperCommand
  /// `nil` while it does not run.
  private(set) var client: OwnerClient?
  private(set) var nextStart: Timestamp?
  /// Why it does not run, or is of no use.
  var problem: String?
  private(set) var losses: UInt64 = 0
  private var startedAt = Timestamp(nanoseconds: 0)
  private var pause = OwnerProcess.pauses.lowerBound

  init(_ command: HelperCommand) { self.command = command }

  /// Starts it if it does not run and may be tried again.
  ///
  /// - Returns: true if it runs now and did not before.
  mutating func startIfDue(now: Timestamp) -> Bool {
    guard client == nil, nextStart.map({ $0 <= now }) ?? true else { return false }
    do throws(ProcessError) {
      client = try OwnerClient(command)
      startedAt = now
      problem = nil
      return true
    } catch {
      problem = "\(error)"
      planNextStart(now)
      return false
    }
  }

  /// It has ended, or is to.
  mutating func lose(because reason: String, now: Timestamp) {
    problem = reason
    client = nil
    losses += 1
    if now.nanoseconds - startedAt.nanoseconds >= Self.pauses.upperBound * Timestamp.nanosecondsPerSecond {
      pause = Self.pauses.lowerBound
    }
    planNextStart(now)
  }

  private mutating func planNextStart(_ now: Timestamp) {
    nextStart = Timestamp(nanoseconds: now.nanoseconds + pause * Timestamp.nanosecondsPerSecond)
    pause = min(2 * pause, Self.pauses.upperBound)
  }
}
