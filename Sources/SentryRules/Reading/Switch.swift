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
}
