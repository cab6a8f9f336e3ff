import Foundation
import SentryPacket
import Testing

@testable import SentryLogins

extension LoginReader {
  init(_ names: String...) { self.init(names.compactMap { LoginService.named($0) }) }

  func event(_ line: String) -> LoginEvent? {
    let bytes = Array(line.utf8)
    return event(line: bytes.span)
  }
}

extension LoginPattern {
  func match(_ line: String) -> Found? {
    let bytes = Array(line.utf8)
    return match(bytes.span, in: 0..<bytes.count)
  }
}

/// What an event comes to, on one line: `sshd failed 192.0.2.7 root`.
func summary(_ event: LoginEvent?) -> String {
  guard let event else { return "nothing" }
  let attempts = event.attempts == 1 ? "" : " \(event.attempts) times"
  return
    "\(event.service) \(event.outcome)\(attempts) \(AddressRange(prefix: event.address, length: 128)) \(event.user ?? "-")"
}
