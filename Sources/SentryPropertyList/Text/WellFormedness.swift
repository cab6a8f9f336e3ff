extension PropertyList {
  /// Whether a text reads as it stands, without a repair and without a finding about its structure. Builds nothing: less
  /// than half the work of `read`.
  ///
  /// `false` says only that `read` may have something to say, also about pairs that stand without braces.
  public static func isWellFormed(text bytes: [UInt8]) -> Bool {
    guard bytes.count <= sizeLimit else { return false }
    var scanner = Scanner(bytes)
    var grammar = Grammar()
    while grammar.phase != .finished {
      let token = scanner.next()
      guard !token.isOdd, !token.isUnterminated, grammar.accept(token), grammar.levels.count <= Parser.nestingLimit,
        scanner.commentProblems.isEmpty
      else { return false }
    }
    return true
  }
}
