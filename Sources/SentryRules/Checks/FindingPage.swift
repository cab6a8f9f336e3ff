public import SentryDiagnostics

/// What the guide says about one kind of finding: `docs/Checks.md` and `sentry checks ID` are made from these.
public struct FindingPage: Sendable {
  public let id: Diagnostic.ID
  /// The usual one; a few findings are told with another where it matters less.
  public let severity: Diagnostic.Severity
  /// What is wrong, in a few words.
  public let title: String
  /// What it means, and why it matters.
  public let meaning: String
  public let example: Example
  /// What to do about it.
  public let remedy: String

  /// A document that has this finding and no other.
  public enum Example: Sendable {
    case text(String)
    /// A document that does not print well: what it looks like, and what makes its bytes.
    case made(String, @Sendable () -> [UInt8])
    /// Too large to be made just to be looked at.
    case told(String)
    /// What `check --host` finds on the host described.
    case onHost(String, HostFacts)
  }

  init(
    _ id: Diagnostic.ID, _ severity: Diagnostic.Severity, _ title: String, meaning: String, example: Example,
    remedy: String
  ) {
    self.id = id
    self.severity = severity
    self.title = title
    self.meaning = meaning
    self.example = example
    self.remedy = remedy
  }

  /// As a person reads it in a terminal, 80 columns wide.
  public var text: String {
    """
    \(id.rawValue): \(severity.rawValue): \(title)

    \(meaning.wrapped)

    \(example.shown.indented)

    \(remedy.wrapped)
    """
  }

  /// As a section of `docs/Checks.md`.
  var markdown: String {
    """
    ### `\(id.rawValue)`

    *\(severity.rawValue)*: \(title).

    \(meaning)

    ```
    \(example.shown)
    ```

    \(remedy)

    """
  }
}

extension FindingPage.Example {
  public var shown: String {
    switch self {
    case .text(let text), .made(let text, _), .told(let text), .onHost(let text, _): text
    }
  }

  /// The document itself; `nil` where there is none to try.
  public var bytes: [UInt8]? {
    switch self {
    case .text(let text), .onHost(let text, _): Array(text.utf8)
    case .made(_, let bytes): bytes()
    case .told: nil
    }
  }

  /// The host that the document is checked on.
  public var host: HostFacts? {
    if case .onHost(_, let host) = self { host } else { nil }
  }
}

extension String {
  /// Broken between words so that no line has more than 80 characters, where words allow.
  fileprivate var wrapped: String {
    var lines: [String] = [""]
    for word in split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.count + 1 + word.count <= 80 {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }

  fileprivate var indented: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n")
  }
}
