internal import ArgumentParser
internal import Foundation

/// `--state-directory`: where the daemon keeps what must outlive it.
struct StateDirectoryOption: ParsableArguments {
  private static let usual = "/var/lib/sentry"

  @Option(
    name: .customLong("state-directory"),
    help: ArgumentHelp(
      "In queue mode: where the kernel's part is kept for the next boot (default: \(Self.usual), if it is there).",
      valueName: "directory"))
  var argument: String?

  var path: String { argument ?? Self.usual }

  /// `nil` where nobody asked for one and the usual one is not there.
  var pathIfWanted: String? {
    argument ?? (FileManager.default.fileExists(atPath: Self.usual) ? Self.usual : nil)
  }
}
