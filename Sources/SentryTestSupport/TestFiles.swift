import Foundation

/// Files of the checkout that tests read, named by their paths from its top folder: `Samples/first.plist`.
public enum TestFiles {
  // This file is Sources/SentryTestSupport/TestFiles.swift.
  private static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The absolute path.
  public static func path(_ name: String) -> String { checkout.appendingPathComponent(name).path }

  /// Empty if it cannot be read.
  public static func text(_ name: String) -> String {
    (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? ""
  }

  public static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: checkout.appendingPathComponent(name)))
  }

  /// The captures we ship, sorted.
  public static let samples = files(in: "Samples", endingIn: ".pcap")

  /// The documents we ship, sorted: `Documents/Default.plist`, `Samples/ssh-guard.plist` ….
  public static let documents = ["Documents", "Samples"].flatMap { files(in: $0, endingIn: ".plist") }

  /// Sorted, with the folder before each.
  public static func files(in folder: String, endingIn ending: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path(folder))) ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
  }
}
