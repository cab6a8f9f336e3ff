public import SentryJournal

/// Where the log goes besides the daemon's own memory, and how much of it.
public struct JournalOptions: Sendable {
  public var destinations: [LogDestination] = []
  /// Of files.
  public var rotation = LogRotation()
  /// Of what is kept, and shown to those who follow the log.
  public var limit = LogLimit.usual
  /// Of what goes to `destinations`, within the other.
  public var destinationLimit = LogLimit.usualOutside
  /// Whose clock, calendar and name entries go by.
  public var host = LogPlace()

  public init() {}
}
