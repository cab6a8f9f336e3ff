/// What a person reads of many findings: those of each kind up to a few, then how many more there are. A document that
/// is no rule document at all makes hundreds, mostly of one kind, and the one that tells why would drown.
public enum FindingDigest {
  /// Of each kind. One more is told rather than counted: the line would be no shorter.
  static let shown = 5

  /// `findings` in order, each as its kind and its text; in place of the first that is left out, a line with the number of
  /// all of that kind.
  public static func lines(_ findings: [(kind: String, text: String)]) -> [String] {
    let counts = Dictionary(findings.map { ($0.kind, 1) }, uniquingKeysWith: +)
    var told: [String: Int] = [:]
    return findings.compactMap { kind, text in
      let (before, count) = (told[kind, default: 0], counts[kind, default: 0])
      told[kind] = before + 1
      if before < shown || count == shown + 1 { return text }
      return before == shown ? "and \(count - shown) more like this [\(DisplayText(kind).text)]" : nil
    }
  }
}

extension Sequence<Diagnostic> {
  /// The findings as `Diagnostic.rendered` shows them, those of one kind in a digest.
  public func rendered(in source: SourceText, usesColor: Bool = false) -> [String] {
    FindingDigest.lines(map { ($0.id.rawValue, $0.rendered(in: source, usesColor: usesColor)) })
  }
}
