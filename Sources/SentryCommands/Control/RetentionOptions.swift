internal import ArgumentParser
internal import SentryJournal
internal import SentryState

/// How much of the log is kept on disk.
struct RetentionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long the log is kept: 12h, 7d or the like, or unlimited (default: 30d).", valueName: "duration"),
    transform: TableArgument.duration)
  var logAge = AddressDuration(seconds: 30 * 86_400)

  @Option(
    help: ArgumentHelp(
      "How large the memory on disk may become before the oldest of the log goes: 64M, 2G or the like (default: 512M).",
      valueName: "size"), transform: Self.size)
  var logSize = Retention().bytes

  var retention: Retention { Retention(seconds: logAge.seconds.map(Int64.init) ?? .max, bytes: logSize) }

  /// Reads `64M` or `2G`, in units of 1,024; at least 16 M, so that there is room for tables and documents.
  static func size(_ text: String) throws -> Int64 {
    let units: [Character: Int64] = ["M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()), number > 0,
      case (let bytes, false) = number.multipliedReportingOverflow(by: unit), bytes >= 16 << 20
    else { throw ValidationError("'\(text)' is no size; expected 64M, 2G or the like, at least 16M") }
    return bytes
  }
}
