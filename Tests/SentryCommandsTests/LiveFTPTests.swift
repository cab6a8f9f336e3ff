import Foundation
import SentryTestSupport
import Testing

/// Files come and go under documents that let nothing but FTP's own port be asked for: with the helper, and not without it.
@Suite(
  .serialized,
  .enabled(if: LiveQueue.isPossible && Program("vsftpd").isThere, "needs vsftpd and what queue mode needs"))
struct LiveFTPTests {
  private enum Failure: Error { case noSettings }

  /// A way to fetch a file, as options of curl (curl(1)).
  private struct Way: CustomStringConvertible {
    let options: String
    var hasIPv6 = true

    var description: String { options.isEmpty ? "passive" : options }

    static let all = [
      Way(options: "--ftp-pasv"), Way(options: "--ftp-pasv --disable-epsv", hasIPv6: false),
      Way(options: "--ftp-port -"), Way(options: "--ftp-port - --disable-eprt", hasIPv6: false),
    ]
  }

  /// The machine with the firewall asks, and nothing may leave it but to port 21.
  private static let narrowClient = """
    { rules = (
        { enabled = 1; propertyName = Include; propertyValue = state; filterActionName = Pass; },
        { enabled = 1; propertyName = Direction; propertyValue = outbound; children = (
          { enabled = 1; propertyName = "Dest port"; propertyValue = 21; filterActionName = Pass; } ); },
        { enabled = 1; propertyName = "ICMPv6 type"; propertyValue = "133-136"; filterActionName = Pass; },
        { enabled = 1; propertyName = Any; filterActionName = Delete; }
      );
      settings = {
        helpers = (ftp);
      };
    }
    """

  /// The document as it is, or with its helpers off; then without its tests, which count on them.
  private static func document(_ text: String, isHelped: Bool, in folder: TemporaryFolder) throws -> String {
    guard !isHelped else { return try folder.write("helped.plist", text) }
    let end = text.range(of: "\n  tests = (")?.lowerBound
    let rest = (end.map { text[..<$0] + "\n}\n" } ?? text[...]).replacing(/helpers = \([a-z, ]+\);/, with: "")
    guard !rest.contains("    helpers =") else { throw Failure.noSettings }
    return try folder.write("alone.plist", String(rest))
  }

  /// Fetches the file in every way that is there, over IPv4 and IPv6.
  ///
  /// - Parameter isPossible: which ways work.
  private static func fetch(
    from server: Cable.End, on cable: Cable, patience: Int, _ isPossible: (Way) -> Bool
  ) async throws {
    let addresses =
      server == .watched
      ? [Cable.watchedAddress, Cable.watchedIPv6] : [Cable.senderAddress, Cable.senderIPv6]
    for address in addresses {
      let isIPv6 = address.contains(":")
      for way in Way.all where !isIPv6 || way.hasIPv6 {
        let isPossible = isPossible(way)
        let curl = try await cable.script(
          at: server == .watched ? .sender : .watched,
          "curl --silent --show-error --globoff --max-time \(isPossible ? 60 : patience) \(way.options) "
            + "ftp://\(isIPv6 ? "[\(address)]" : address)/file", within: .seconds(90))
        #expect((curl.output == Cable.fileByFTP) == isPossible, "\(way) \(address): \(curl.status) \(curl.errors)")
      }
    }
  }

  private func tryOut(
    _ text: String, isHelped: Bool, serverAt server: Cable.End, _ isPossible: (Way) -> Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let document = try Self.document(text, isHelped: isHelped, in: folder)
    try await LiveQueue.run(document) { cable, daemon in
      let files = try TemporaryFolder()
      let vsftpd = try await cable.startFTPServer(at: server, in: files)
      try await Self.fetch(from: server, on: cable, patience: 4, isPossible)
      let helpers = try await daemon.status().helpers
      #expect((helpers != nil) == isHelped)
      if isHelped {
        #expect(helpers?.announcements ?? 0 >= 6)
        #expect(helpers?.refusals == 0)
        #expect(try await daemon.sentry("status").output.contains("\nhelpers    "))
      }
      try await vsftpd.kill()
    }
  }

  @Test(.timeLimit(.minutes(12)), arguments: [true, false])
  func aServerServesInEveryModeWithTheHelperOnly(isHelped: Bool) async throws {
    try await tryOut(
      TestFiles.text("Documents/FTP-server.plist"), isHelped: isHelped, serverAt: .watched
    ) { _ in isHelped }
  }

  /// Where everything may leave, passive mode needs no help.
  @Test(.timeLimit(.minutes(12)), arguments: [true, false])
  func aClientFetchesInActiveModeWithTheHelperOnly(isHelped: Bool) async throws {
    try await tryOut(
      TestFiles.text("Documents/FTP-client.plist"), isHelped: isHelped, serverAt: .sender
    ) { isHelped || $0.options.contains("pasv") }
  }

  @Test(.timeLimit(.minutes(12)), arguments: [true, false])
  func aClientThatMayOnlyAskPort21FetchesWithTheHelperOnly(isHelped: Bool) async throws {
    try await tryOut(Self.narrowClient, isHelped: isHelped, serverAt: .sender) { _ in isHelped }
  }

  /// For people who write no rules: one command lets files come and go, another ends that.
  @Test(.timeLimit(.minutes(12)))
  func inServicesModeFilesComeAndGoWhileFTPIsAllowed() async throws {
    try await LiveQueue.run(TestFiles.path("Documents/Services.plist")) { cable, daemon in
      let files = try TemporaryFolder()
      let vsftpd = try await cable.startFTPServer(at: .watched, in: files)
      try await Self.fetch(from: .watched, on: cable, patience: 4) { _ in false }
      let allowed = try await daemon.sentry("services", "allow", "ftp")
      #expect(allowed.status == 0 && !allowed.errors.contains("helpers"), "\(allowed.errors)")
      try await Self.fetch(from: .watched, on: cable, patience: 4) { _ in true }
      #expect(try await daemon.sentry("services", "deny", "ftp").status == 0)
      try await Self.fetch(from: .watched, on: cable, patience: 4) { _ in false }
      try await vsftpd.kill()
    }
  }
}
