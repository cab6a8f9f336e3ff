import Foundation
import SentryTestSupport
import Testing

/// What comments and pages cite of `docs/` is there.
@Suite struct CitationTests {
  struct Citation: Sendable, CustomTestStringConvertible {
    /// Who cites; paths are from the top of the checkout.
    let file: String
    let page: String
    /// `nil`: the page as a whole.
    var heading: String?

    var testDescription: String { "\(file): \(page)\(heading.map { ", \"\($0)\"" } ?? "")" }
  }

  /// `docs/Classic.md, "…"` in the comments of all sources and tests, also where a comment's line ends in between.
  static let citations: [Citation] = ["Sources", "Tests"].flatMap { files(in: $0, endingIn: ".swift") }
    .filter { $0 != "Tests/SentryCommandsTests/CitationTests.swift" }
    .flatMap { file in
      citingText(of: file).matches(of: /(docs\/[A-Za-z]+\.md)(?:, "([^"]+)")?/).map {
        Citation(file: file, page: String($0.1), heading: $0.2.map(String.init))
      }
    }

  /// The lines of a source that name a page, each joined with the next, where the heading may stand.
  private static func citingText(of file: String) -> String {
    guard let data = FileManager.default.contents(atPath: TestFiles.path(file)),
      data.range(of: Data("docs/".utf8)) != nil
    else { return "" }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    return zip(lines, lines.dropFirst()).filter { $0.0.contains("docs/") }.map { line, next in
      "\(line) \(next.drop { $0 == " " || $0 == "/" })\n"
    }.joined()
  }

  /// `[…](Page.md#heading)` in the pages and the README.
  static let links: [Citation] = (files(in: "docs", endingIn: ".md") + ["README.md"]).flatMap { file in
    let folder = file.hasPrefix("docs/") ? "docs/" : ""
    return TestFiles.text(file).matches(of: /\]\(([^)#:]*)(?:#([^)]*))?\)/).map { match in
      let page = match.1.isEmpty ? file : folder + match.1
      return Citation(file: file, page: page.replacing("docs/../", with: ""), heading: match.2.map(String.init))
    }
  }

  private static func files(in folder: String, endingIn ending: String) -> [String] {
    let files = FileManager.default.enumerator(atPath: TestFiles.path(folder))?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
  }

  /// By page.
  private static let headings: [String: [String]] = {
    let pages = Set((citations + links).map(\.page))
    return Dictionary(uniqueKeysWithValues: pages.map { ($0, headings(of: TestFiles.text($0))) })
  }()

  private static func headings(of text: String) -> [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { String($0.drop { $0 == "#" }.dropFirst()) }
  }

  /// As Git hosts make it of a heading.
  private static func anchor(of heading: String) -> String {
    heading.lowercased().filter { $0.isLetter || $0.isNumber || "-_ ".contains($0) }.replacing(" ", with: "-")
  }

  @Test func thereAreCitations() {
    #expect(Self.citations.count >= 25)
    #expect(Self.links.count >= 80)
  }

  @Test(arguments: citations)
  func citedHeadingExists(_ citation: Citation) {
    #expect(FileManager.default.fileExists(atPath: TestFiles.path(citation.page)))
    if let heading = citation.heading { #expect(Self.headings[citation.page]?.contains(heading) == true) }
  }

  @Test(arguments: links)
  func linkedPlaceExists(_ link: Citation) {
    #expect(FileManager.default.fileExists(atPath: TestFiles.path(link.page)))
    if let anchor = link.heading { #expect(Self.headings[link.page]?.map(Self.anchor).contains(anchor) == true) }
  }
}
