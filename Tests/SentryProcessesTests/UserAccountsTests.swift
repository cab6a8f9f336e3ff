import Foundation
import Testing

@testable import SentryProcesses

/// Against the file that the C library reads for most.
@Suite struct UserAccountsTests {
  /// Name, number and first group of each user.
  private static let users: [(name: String, user: UInt32, group: UInt32)] = {
    let text = (try? String(contentsOfFile: "/etc/passwd", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 7, let user = UInt32(parts[2]), let group = UInt32(parts[3]) else { return nil }
      return (String(parts[0]), user, group)
    }
  }()

  @Test func usersAreFound() throws {
    let root = try #require(Self.users.first { $0.name == "root" })
    #expect(UserAccounts.user(named: "root")?.user == root.user)
    #expect(UserAccounts.group(ofUser: root.user) == root.group)
    #expect(UserAccounts.user(named: "no such user") == nil)
    #expect(UserAccounts.administrators.contains(0))
  }

  @Test func aFirstGroupHasMembersThatItDoesNotList() throws {
    let groups = Set(Self.users.prefix(3).map(\.group))
    let expected = Self.users.filter { groups.contains($0.group) }.map(\.user)
    #expect(Set(UserAccounts.users(ofGroups: groups)).isSuperset(of: expected))
    #expect(UserAccounts.users(ofGroups: []) == [])
  }
}
