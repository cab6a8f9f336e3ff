/// What word processors and mail programs put in the place of `"` and `'`.
enum TypographicQuotes {
  static let double: Set<Unicode.Scalar> = ["“", "”", "„", "‟", "«", "»", "\u{2033}"]
  static let single: Set<Unicode.Scalar> = ["‘", "’", "‚", "‛", "‹", "›"]
}
