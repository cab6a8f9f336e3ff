/// `++`: skips the next rule in reading order with all below it: the first rule below this one, if there is one.
enum SkipAction: Action {
  static let name = "++"
  static let aliases = ["skip"]
  static let codes = GenerationCodes(newest: 1, middle: 1)
  static let summary = "skips the next rule, with all below it"
  static let details = """
    The next in reading order: the first rule below this one if there is one, else the next one beside or above it.
    """
  static let operation = Operation.skip
}
