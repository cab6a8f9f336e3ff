public import SentryDiagnostics

/// A page for every kind of finding, in the order of `docs/Checks.md`.
public enum FindingGuide {
  struct Chapter {
    let title: String
    let introduction: String
    let pages: [FindingPage]
  }

  static let chapters: [Chapter] = [
    Chapter(
      title: "Rules that do not do what they seem to",
      introduction: """
        These are found by going through the rules with all packets at once. A rule is only called unreachable when it \
        surely is: what depends on tables, counts, content or the time of day of a packet is taken as possible.
        """,
      pages: allChecks.map { $0.page }),
    Chapter(
      title: "Rules that cannot be read", introduction: "An error here keeps the document from running.",
      pages: rulePages),
    Chapter(
      title: "Settings, interfaces and the rest of the document",
      introduction: "What stands beside the rules in the document's root.", pages: documentPages),
    Chapter(
      title: "Tests in the document",
      introduction: "What a document promises of itself (docs/Notation.md).", pages: testPages),
    Chapter(
      title: "Text that is no property list",
      introduction: """
        The form of the text comes before its meaning. The reader mends what it can and reads on, so that one run finds \
        everything; a document with an error still never runs.
        """,
      pages: propertyListPages),
    Chapter(
      title: "Lists of addresses",
      introduction: "What `sentry triggered import` says about the lines of a list (docs/Tables.md).",
      pages: addressListPages),
    Chapter(
      title: "Rules of other firewalls",
      introduction: "What `sentry import` says about the rules that it reads (docs/Import.md).", pages: importPages),
  ]

  public static let pages: [FindingPage] = chapters.flatMap(\.pages)

  public static func page(for id: Diagnostic.ID) -> FindingPage? { pages.first { $0.id == id } }

  /// `docs/Checks.md`.
  public static var markdown: String {
    """
    # What `sentry check` finds

    Every finding names the place, says what was found and what would do, and ends in its name in brackets:

    ```
    gateway.plist:2:20: error: no property is called 'Dest prot' [unknownProperty]
        propertyName = "Dest prot";
                       ^~~~~~~~~~~ did you mean 'Dest port'?
    ```

    An **error** keeps a document from running. A **warning** is a mistake most of the time; the document runs with it. A
    **note** is worth knowing once. `sentry check --allow NAME` (repeatable) leaves out findings that you have looked at and
    want to keep, except errors; `sentry checks NAME` shows the entry of this page. With `--host`, `check` also
    compares the document with the machine it runs on: its addresses, name servers, default routes, and the ssh
    connection you sit at.

    In text, at most the first few findings of one kind are shown, then how many more there are; `--format json` has them
    all.

    Where a document can show it, an entry has an example: a whole document with just this finding.

    \(chapters.map(\.markdown).joined(separator: "\n"))
    """
  }
}

extension FindingGuide.Chapter {
  fileprivate var markdown: String {
    "## \(title)\n\n\(introduction)\n\n" + pages.map(\.markdown).joined(separator: "\n")
  }
}
