import Foundation
import SentryTestSupport
import Testing

/// Modes and services in files, as a user meets them.
@Suite struct ModeCommandTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.write("my.plist", TestFiles.text("Documents/Services.plist"))
  }

  @Test(arguments: [("allow-all", "AllowAll"), ("block-all", "BlockAll"), ("services", "Services")])
  func theDocumentOfAModeIsPrinted(mode: String, file: String) async throws {
    let run = try await Program.sentry.run(["mode", mode, "--print"])
    #expect(run.status == 0)
    #expect(run.output == TestFiles.text("Documents/\(file).plist"))
  }

  @Test func servicesAreAllowedInAFile() async throws {
    let run = try await Program.sentry.run(["services", "allow", "--in", path, "web", "8080/tcp", "Screen sharing"])
    #expect(run.status == 0)
    #expect(
      run.errors == """
        \(path): Web server allowed (80/tcp, 443/tcp, 443/udp); 8080/tcp allowed; \
        Screen sharing allowed (5900-5909/tcp)

        """)
    #expect(try await Program.sentry.run(["test", path]).status == 0)
    let list = try await Program.sentry.run(["services", "list", "--in", path]).output
    #expect(list.contains(/Web server +web, http, https +allowed +80\/tcp, 443\/tcp, 443\/udp +2\.2/))
    #expect(list.contains(/8080\/tcp +allowed +8080\/tcp/))
    #expect(list.contains(/FTP server +ftp +- +21\/tcp/))
  }

  @Test func whatIsDeniedIsClosedAgain() async throws {
    let denied = try await Program.sentry.run(["services", "deny", "--in", path, "ssh"])
    #expect(denied.errors == "\(path): Remote login denied (22/tcp)\n")
    let explain = ["explain", path, "--packet", "tcp 203.0.113.9:40000 > me:22 syn"]
    #expect(try await Program.sentry.run(explain).output.contains("4.4"))
    #expect(try await Program.sentry.run(["services", "allow", "--in", path, "22/tcp"]).status == 0)
    #expect(try await !Program.sentry.run(explain).output.contains("4.4"))
  }

  @Test func stealthIsASwitch() async throws {
    let ping = ["explain", path, "--packet", "icmp 203.0.113.9 > me echo-request"]
    #expect(try await Program.sentry.run(ping).output.contains("4.1.1"))
    #expect(try await Program.sentry.run(["stealth", "on", "--in", path]).status == 0)
    #expect(try await Program.sentry.run(ping).output.contains("3.1"))
    // It goes along to other modes, whose documents are held to their promises.
    for mode in ["AllowAll", "BlockAll", "Services"] {
      let document = try folder.write("\(mode).plist", TestFiles.text("Documents/\(mode).plist"))
      #expect(try await Program.sentry.run(["stealth", "on", "--in", document]).status == 0)
      #expect(try await Program.sentry.run(["test", document]).status == 0, "\(mode)")
    }
  }

  @Test func mistakesAreTold() async throws {
    let net = try await Program.sentry.run(["services", "allow", "--in", path, "ssh", "--from", "192.168.0.0/33"])
    #expect(net.status == 2)
    let name = try await Program.sentry.run(["services", "allow", "--in", path, "shh"])
    #expect(name.status == 65)
    #expect(name.errors.contains("no service is called 'shh'"))
    let other = try await Program.sentry.run(
      ["services", "allow", "--in", TestFiles.path("Documents/Default.plist"), "ssh", "--dry-run"])
    #expect(other.status == 65)
    #expect(other.errors.contains("has no group 'Services'"))
    #expect(try await Program.sentry.run(["mode", "open"]).status == 2)
    #expect(try await Program.sentry.run(["mode", "--force"]).status == 2)
  }
}
