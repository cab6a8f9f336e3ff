/// `Delay`: holds an inbound packet for a moment; an outbound one passes.
enum DelayAction: Action {
  static let name = "Delay"
  static let codes = GenerationCodes(newest: 12, middle: 11, year2003: 7)
  static let summary = "holds an inbound packet for a moment"
  static let details = """
    For settings.delaySeconds; an outbound packet passes at once. A genuine answer so overtakes a forged reset. The \
    rules below are not asked.
    """
  static let operation = Operation.delay

  static func advice(on parameter: String) -> ValueAdvice? {
    let isTime = parameter.wholeMatch(of: /\s*\d+([.,]\d+)?\s*(ms|s|sec|seconds?)?\s*/.ignoresCase()) != nil
    return isTime ? .delayTakesNoTime(parameter) : nil
  }
}
