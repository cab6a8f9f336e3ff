import Foundation
import SentryTestSupport
import Testing

/// What comments cite of docs/Classic.md is there.
@Suite struct ClassicCitationTests {
  struct Citation: Sendable, CustomTestStringConvertible {
    /// From the top of the checkout.
    let file: String
    let heading: String

    var testDescription: String { "\(file): \"\(heading)\"" }
  }

  /// `docs/Classic.md, "…"` in the comments of all sources and tests, also where a comment's line ends in between.
  static let citations: [Citation] = ["Sources", "Tests"].flatMap { folder in
    let files = FileManager.default.enumerator(atPath: TestFiles.path(folder))?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".swift") }.sorted().flatMap { file -> [Citation] in
      let path = "\(folder)/\(file)"
      let text = (try? String(contentsOfFile: TestFiles.path(path), encoding: .utf8)) ?? ""
      let joined = text.replacing(/\s*\n\s*\/\/\/? ?/, with: " ")
      return joined.matches(of: /docs\/Classic\.md, "([^"…]+)"/).map { Citation(file: path, heading: String($0.1)) }
    }
  }

  static let headings: Set<String> = {
    let text = (try? String(contentsOfFile: TestFiles.path("docs/Classic.md"), encoding: .utf8)) ?? ""
    return Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" }.dropFirst() }.map(
        String.init))
  }()

  @Test func thereAreCitations() {
    #expect(Self.citations.count >= 20)
  }

  @Test(arguments: citations)
  func citedHeadingExists(_ citation: Citation) {
    #expect(Self.headings.contains(citation.heading))
  }
}
