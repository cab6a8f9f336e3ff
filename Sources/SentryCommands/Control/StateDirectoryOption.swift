internal import ArgumentParser
internal import Foundation
internal import SentryJournal

/// `--state-directory`: where the daemon keeps what must outlive it.
struct StateDirectoryOption: ParsableArguments {
  static let usual = "/var/lib/sentry"

  @Option(
    name: .customLong("state-directory"),
    help: ArgumentHelp(
      "Where the daemon's memory is kept, and in queue mode the kernel's part for the next boot (default: \(Self.usual), "
        + "if it is there).",
      valueName: "directory"))
  var argument: String?

  var path: String { argument ?? Self.usual }

  /// What somebody should know who named no directory, where the usual one is not there.
  var missing: String? {
    guard pathIfWanted == nil else { return nil }
    return "nothing is kept for the next start: that takes a directory, \(Self.usual) or one named by --state-directory"
  }

  /// `nil` where nobody asked for one and the usual one is not there.
  var pathIfWanted: String? {
    argument ?? (FileManager.default.fileExists(atPath: Self.usual) ? Self.usual : nil)
  }

  /// The document that was put in force last, where somebody had asked for it; `nil` where there is none.
  ///
  /// - Throws: why nobody can tell.
  func lastDocument() throws(StoreError) -> StoredDocument? {
    guard let directory = pathIfWanted else { return nil }
    do throws(StoreError) {
      let reader = try StoreReader(path: Store.path(in: directory), writesIndex: false)
      return try reader.documents().last(where: \.isChosen)
    } catch .missing {
      return nil
    }
  }
}
