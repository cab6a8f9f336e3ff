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

  /// So that there is room for tables and documents.
  private static func size(_ text: String) throws -> Int64 { try SizeArgument.bytes(text, atLeast: 16) }
}
