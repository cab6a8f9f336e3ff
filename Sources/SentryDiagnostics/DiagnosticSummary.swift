extension Sequence<Diagnostic> {
  /// Whether the document these findings are about must not be run.
  public var hasErrors: Bool { contains { $0.severity == .error } }

  /// `2 errors, 1 warning`; kinds that do not occur are left out; `no findings` when there are none.
  public var summary: String {
    let kinds: [Diagnostic.Severity] = [.error, .warning, .note]
    let parts = kinds.compactMap { kind -> String? in
      let count = self.count { $0.severity == kind }
      guard count > 0 else { return nil }
      return "\(count) \(kind.rawValue)\(count == 1 ? "" : "s")"
    }
    return parts.isEmpty ? "no findings" : parts.joined(separator: ", ")
  }
}
