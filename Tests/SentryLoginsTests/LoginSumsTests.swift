import SentryPacket
import Testing

@testable import SentryLogins

/// How many attempts a whole log tells of.
@Suite struct LoginSumsTests {
  private static func sums(_ lines: [String]) -> LoginSums {
    let reader = LoginReader("sshd")
    var sums = LoginSums()
    for (second, line) in lines.enumerated() {
      if let event = reader.event("Nov 22 10:00:00 gate \(line)") { sums.note(event, at: Double(second)) }
    }
    return sums
  }

  /// As OpenSSH logs a user who is not known: three lines of one connection, and then one of the next.
  @Test func linesOfOneAttemptCountOnce() throws {
    let sums = Self.sums([
      "sshd[7]: Invalid user admin from 203.0.113.9 port 4000",
      "sshd[7]: Failed password for invalid user admin from 203.0.113.9 port 4000 ssh2",
      "sshd[7]: Connection closed by invalid user admin 203.0.113.9 port 4000 [preauth]",
      "sshd[8]: Failed password for root from 203.0.113.9 port 4001 ssh2",
      "sshd[9]: Accepted password for bob from 203.0.113.7 port 4002 ssh2",
      "sshd[9]: a line of something else",
    ])
    let failed = try #require(sums.addresses[IPAddress("203.0.113.9")!])
    #expect(failed.failed == 2 && failed.succeeded == 0)
    let succeeded = try #require(sums.addresses[IPAddress("203.0.113.7")!])
    #expect(succeeded.failed == 0 && succeeded.succeeded == 1)
  }
}
