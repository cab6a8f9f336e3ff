import SentryPacket
import SentryTestSupport
import Testing

@testable import SentryService

@Suite struct PermissionFileTests {
  private static let digest = String(repeating: "0f", count: 32)

  /// An entry that allows something, with more behind it.
  private static func allowed(_ more: String) -> String {
    "{ applications = ( { path = \"/a\"; inbound = allow; sha256 = \(digest); \(more) } ); }"
  }

  @Test func whatIsKeptComesBack() throws {
    let folder = try TemporaryFolder()
    let file = PermissionFile(stateDirectory: folder.url.path)
    #expect(try file.read() == PermissionTable())
    var table = PermissionTable()
    table.set(
      KeptPermission(
        path: "/usr/bin/curl", inbound: .deny, outbound: .allow, sha256: Self.digest, time: 1_795_370_000, by: "root",
        how: .command))
    table.set(
      KeptPermission(path: "/usr/bin/curl", user: 1_000, outbound: .deny, time: 1_795_370_001, by: "anna", how: .asked))
    table.set(
      KeptPermission(
        path: "/usr/bin/wget", inbound: .allow, sha256: Self.digest,
        former: FormerExecutable(sha256: String(repeating: "a1", count: 32), inbound: false, outbound: true), time: 1,
        by: "anna", how: .asked))
    table.set(KeptPermission(path: "/opt/a \"b\"\n\u{1B}[2J", inbound: .deny, time: 0, by: "root", how: .command))
    #expect(file.write(table) == nil)
    #expect(try file.read() == table)
    #expect(table.entries.map(\.path).first == "/opt/a \"b\"\n\u{1B}[2J")
  }

  @Test(arguments: [
    ("( )", "1:1", "expected { applications = ( … ); }"),
    ("{ applications = ( { path = \"/a\"; } ); }", "1:20", "decides nothing"),
    ("{ applications = ( { path = \"a\"; inbound = deny; } ); }", "1:29", "must begin at the root"),
    (
      "{ applications = ( { path = \"/a\"; inbound = perhaps; } ); }", "1:45", "expected allow or deny, found 'perhaps'"
    ),
    ("{ applications = ( { path = \"/a\"; inbound = allow; } ); }", "1:20", "needs the sha256"),
    ("{ applications = ( { path = \"/a\"; inbound = allow; sha256 = 12; } ); }", "1:61", "64 hexadecimal digits"),
    ("{ applications = ( { path = \"/a\"; inbound = deny; colour = red; } ); }", "1:60", "no entry has 'colour'"),
    (
      "{ applications = ( { path = \"/a\"; inbound = deny; user = \"nobody-of-this-name\"; } ); }", "1:58",
      "no user called"
    ),
    (
      "{ applications = ( { path = \"/a\"; inbound = deny; }, { path = \"/a\"; outbound = deny; } ); }", "1:54",
      "two entries"
    ),
    ("{ applications = ( ", "1:19", "the document ends"),
    (allowed("former = yes;"), "1:136", "expected a dictionary { sha256"),
    (allowed("former = { outbound = allow; };"), "1:136", "has no sha256"),
    (allowed("former = { sha256 = abc; };"), "1:147", "64 hexadecimal digits"),
    (allowed("former = { sha256 = \(digest); };"), "1:136", "may do nothing"),
    (allowed("former = { sha256 = \(digest); outbound = deny; };"), "1:224", "expected allow, found 'deny'"),
    (allowed("former = { sha256 = \(digest); path = \"/b\"; };"), "1:220", "no entry has 'path'"),
    (
      "{ applications = ( { path = \"/a\"; inbound = deny; former = { sha256 = \(digest); inbound = allow; }; } ); }",
      "1:60", "where none is allowed now"
    ),
  ])
  func whatIsWrongIsSaidWithItsPlace(_ text: String, _ place: String, _ message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("applications.plist", text)
    let file = PermissionFile(stateDirectory: folder.url.path)
    do throws(PermissionFile.Failure) {
      _ = try file.read()
      Issue.record("it was read")
    } catch {
      #expect(error.reason.hasPrefix("\(path):\(place): error: "), "\(error.reason)")
      #expect(error.reason.contains(message), "\(error.reason)")
    }
  }

  /// An entry that an older version, or a person, has written.
  @Test func anEntryNeedsNoFormerExecutable() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("applications.plist", Self.allowed(""))
    let entry = try #require(try PermissionFile(stateDirectory: folder.url.path).read().entries.first)
    #expect(entry.former == nil && entry.permission(.inbound, sha256: Self.digest) == .allowed)
  }

  @Test func whatHoldsIsTheOwnThenTheGeneral() {
    var table = PermissionTable()
    table.set(KeptPermission(path: "/a", outbound: .allow, sha256: "1", time: 0, by: "", how: .command))
    table.set(KeptPermission(path: "/a", user: 7, outbound: .deny, time: 0, by: "", how: .command))
    let held = table.permission(of: "/a", sha256: "1") { _, _ in .unknown }
    #expect(held.permission(of: 0, .outbound) == .allowed)
    #expect(held.permission(of: 7, .outbound) == .denied)
    #expect(held.permission(of: 7, .inbound) == .unknown)
    var isChanged = false
    let other = table.permission(of: "/a", sha256: "2") { direction, changed in
      if direction == .outbound { isChanged = changed }
      return nil
    }
    #expect(isChanged)
    #expect(other.permission(of: 0, .outbound) == nil, "somebody is to be asked")
    #expect(other.permission(of: 7, .outbound) == .denied, "a denial holds whatever stands there")
  }
}
