/// What the program's exit status says; those from 64 up are the codes of BSD's sysexits.
public enum ExitStatus: Int32, Sendable {
  case done = 0
  /// `check` found errors (with `--strict` also warnings), or a test of a document failed.
  case findings = 1
  /// The command line is not one we understand.
  case usage = 2
  /// A document or capture that cannot be used (EX_DATAERR).
  case unusableData = 65
  /// An input that is not there or cannot be opened (EX_NOINPUT).
  case noInput = 66
  /// No daemon answers (EX_UNAVAILABLE).
  case noDaemon = 69
  /// A fault of our own (EX_SOFTWARE).
  case internalError = 70
  /// Reading or writing failed on the way (EX_IOERR).
  case inputOutput = 74
  /// A daemon is there, but does not answer in time (EX_TEMPFAIL).
  case noAnswer = 75
  /// Not allowed (EX_NOPERM).
  case notPermitted = 77
  /// Standard output was closed by its reader: what a shell reports of a program that SIGPIPE ended.
  case brokenPipe = 141
}

/// Ends a command with a message on standard error and an exit status.
public struct CommandFailure: Error, Equatable {
  public var status: ExitStatus
  /// Without the program's name in front; `nil` when everything has been said already.
  public var message: String?
  /// Nothing has to change but the time for it to go well.
  public var passes: Bool

  public init(_ status: ExitStatus, _ message: String? = nil, passes: Bool = false) {
    self.status = status
    self.message = message
    self.passes = passes
  }
}
