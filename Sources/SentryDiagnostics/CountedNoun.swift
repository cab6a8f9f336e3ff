/// `1234567` as `1,234,567`.
package func grouped(_ number: some BinaryInteger) -> String {
  var digits = String(number)
  var end = digits.endIndex
  while digits.distance(from: digits.startIndex, to: end) > 3 {
    end = digits.index(end, offsetBy: -3)
    digits.insert(",", at: end)
  }
  return digits
}

/// `1 packet`, `2,000 packets`: for messages.
package func counted(_ number: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
  "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
}
