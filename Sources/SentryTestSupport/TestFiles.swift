import Foundation

/// Files of the checkout that tests read, named by their paths from its top folder: `Samples/first.plist`.
public enum TestFiles {
  // This file is Sources/SentryTestSupport/TestFiles.swift.
  private static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The absolute path.
  public static func path(_ name: String) -> String { checkout.appendingPathComponent(name).path }

  /// The captures we ship, sorted.
  public static let samples: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path("Samples"))) ?? []
    return names.filter { $0.hasSuffix(".pcap") }.sorted().map { "Samples/\($0)" }
  }()
}
