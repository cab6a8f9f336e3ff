internal import ArgumentParser
internal import Foundation
internal import SentryNetfilter

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

  /// Makes sure that the daemon can write to the directory that somebody has named: who does relies on it.
  func check() throws(CommandFailure) {
    guard let argument else { return }
    do throws(NetfilterError) {
      try BootCopy.check(directory: argument)
    } catch {
      let failure = CommandFailure(error)
      throw CommandFailure(
        failure.status, "\(error); --state-directory takes a directory that is there and can be written to")
    }
  }

  /// What somebody should know who named no directory, where the usual one is not there.
  var missing: String? {
    guard pathIfWanted == nil else { return nil }
    return "nothing is kept for the next boot: that takes a directory, \(Self.usual) or one named by --state-directory"
  }

  /// `nil` where nobody asked for one and the usual one is not there.
  var pathIfWanted: String? {
    argument ?? (FileManager.default.fileExists(atPath: Self.usual) ? Self.usual : nil)
  }
}
