internal import SentryPropertyList

extension PropertyListNode {
  /// On or off, as documents variously have it: a boolean, a number (not 0 is on), or a word for one of these.
  var isOn: Bool? {
    guard let text else { return nil }
    if let integer { return integer != 0 }
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: return nil
    }
  }

  /// The same for the value of `key`, with a finding for a number other than 0 and 1, and, besides `nil`, for anything
  /// that is no switch.
  func readSwitch(_ key: String, into findings: inout Findings) -> Bool? {
    guard let isOn else {
      findings.add(.notASwitch(key, self))
      return nil
    }
    if let integer, integer != 0, integer != 1 { findings.add(.oddSwitch(key, self)) }
    return isOn
  }
}
