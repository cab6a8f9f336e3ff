import Foundation

/// Real captures, where the environment variable `SENTRY_CORPUS` names a folder of them.
public enum Corpus {
  /// `nil` where there is no corpus; tests that read it are skipped then.
  public static let folder = ProcessInfo.processInfo.environment["SENTRY_CORPUS"]

  /// The captures in the folder and those below it, named by their paths from there and sorted: `ndpi/synscan.pcap`.
  /// None without a corpus.
  public static let captures: [String] = {
    guard let folder, let names = try? FileManager.default.subpathsOfDirectory(atPath: folder) else { return [] }
    return names.filter { name in [".pcap", ".pcapng", ".cap"].contains { name.hasSuffix($0) } }.sorted()
  }()

  /// Where a capture is.
  public static func path(_ capture: String) -> String { "\(folder ?? "")/\(capture)" }
}
