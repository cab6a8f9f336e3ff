import Foundation
import SentryTestSupport
import Testing

/// `sentry replay` against the plain model of the rules in Tests/Reference, which was written from the description of the
/// language and shares no code with the program.
@Suite struct ReferenceModelTests {
  static let model = TestFiles.path("Tests/Reference/reference_model.py")

  /// The default rules, and two documents that use every word of the language between them.
  static let documents = [
    "Documents/Default.plist", "Tests/Reference/every-word.plist", "Tests/Reference/names-and-times.plist",
  ]

  @Test(arguments: TestFiles.samples, documents)
  func samples(capture: String, document: String) async throws {
    try await compare(document, TestFiles.path(capture), ["--local", "192.0.2.10", "--local", "2001:db8:0:1::10"])
  }

  /// Without --local both guess which addresses are this host, too.
  @Test(.enabled(if: Corpus.folder != nil, "SENTRY_CORPUS names no folder of captures"), arguments: 0..<8)
  func corpus(part: Int) async throws {
    let captures = Corpus.captures.enumerated().filter { $0.offset % 8 == part }
    for (index, capture) in captures {
      // Each capture by one of the documents, in turn: together they see all of them, in a third of the time.
      try await compare(Self.documents[index / 8 % Self.documents.count], Corpus.path(capture), [])
    }
  }

  private func compare(_ document: String, _ capture: String, _ options: [String]) async throws {
    let document = TestFiles.path(document)
    let expected = try await Program("python3").run([Self.model, document, capture] + options)
    let found = try await Program.sentry.run(["replay", "--format", "json", document, capture] + options)
    // Damaged files: both must say so; how much they read before is their own business.
    guard expected.status == 0, found.status == 0 else {
      #expect(expected.status == found.status, "\(capture): \(expected.errors) \(found.errors)")
      return
    }
    let differences = ReplayDifferences(
      expected: try JSONSerialization.jsonObject(with: Data(expected.output.utf8)),
      found: try JSONSerialization.jsonObject(with: Data(found.output.utf8)))
    #expect(
      differences.lines.isEmpty,
      "\(capture):\n\(differences.lines.prefix(12).joined(separator: "\n"))")
  }
}

/// Where two reports disagree, a line each.
struct ReplayDifferences {
  private(set) var lines: [String] = []

  init(expected: Any, found: Any) {
    compare(expected, found, at: "")
  }

  private mutating func compare(_ expected: Any, _ found: Any, at path: String) {
    if path.hasSuffix(".elapsedSeconds") { return }
    switch (expected, found) {
    case (let expected as [String: Any], let found as [String: Any]):
      for key in Set(expected.keys).union(found.keys).sorted() {
        compare(expected[key] ?? "missing", found[key] ?? "missing", at: "\(path).\(key)")
      }
    case (let expected as [Any], let found as [Any]):
      if expected.count != found.count {
        lines.append("\(path): expected \(expected.count) elements, found \(found.count)")
      }
      for (index, pair) in zip(expected, found).enumerated() { compare(pair.0, pair.1, at: "\(path)[\(index)]") }
    case (let expected as NSNumber, let found as NSNumber):
      // The model tells times of rules in whole seconds.
      let isSame =
        path.hasSuffix(".lastTime")
        ? expected.doubleValue.rounded(.down) == found.doubleValue.rounded(.down) : expected == found
      if !isSame { lines.append("\(path): expected \(expected), found \(found)") }
    default:
      if "\(expected)" != "\(found)" { lines.append("\(path): expected \(expected), found \(found)") }
    }
  }
}
