/// `Keep address`: puts the source address into table `address`, and goes on.
enum KeepAddressAction: Action {
  static let name = "Keep address"
  static let codes = GenerationCodes(newest: 8, middle: 8)
  static let summary = "remembers the source in table address, and goes on"
  static let details = "A rule Include == address finds them, and counts."
  static let operation = Operation.keepAddress
}
