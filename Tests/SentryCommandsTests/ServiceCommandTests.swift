import Foundation
import SentryTestSupport
import Testing

@testable import SentryCommands

/// What makes sentry a service.
@Suite struct ServiceCommandTests {
  private func sentry(_ arguments: String...) async throws -> ProgramRun { try await Program.sentry.run(arguments) }

  @Test(.enabled(if: Program("systemd-analyze").isThere, "needs systemd-analyze"))
  func theUnitIsAsTightAsPromised() async throws {
    let folder = try TemporaryFolder()
    let unit = try await folder.write("sentry.service", sentry("service", "install", "--print").output)
    let run = try await Program("systemd-analyze").run(["security", "--offline=true", "--threshold=24", unit])
    #expect(run.status == 0, "\(run.output.split(separator: "\n").last ?? "")")
    // What is left open is on purpose.
    let open = run.output.split(separator: "\n").filter { $0.hasPrefix("✗") && !$0.hasSuffix("0.1") }
    let names = open.map { $0.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
    #expect(
      Set(names).isSubset(of: [
        "SystemCallFilter=~@resources", "SystemCallFilter=~@privileged", "RestrictAddressFamilies=~AF_PACKET",
        "RestrictAddressFamilies=~AF_(INET|INET6)", "CapabilityBoundingSet=~CAP_NET_ADMIN", "ProtectProc=",
        "PrivateNetwork=", "PrivateUsers=", "IPAddressDeny=",
      ]), "\(names)")
  }

  @Test(.enabled(if: Program("systemd-analyze").isThere, "needs systemd-analyze"))
  func theUnitsAreReadWithoutAWarning() async throws {
    let folder = try TemporaryFolder()
    let install = try await sentry("service", "install", "--root", folder.url.path, "--program", Program.sentry.path)
    #expect(install.status == 0, "\(install.errors)")
    for unit in ["sentry.service", "sentry-boot.service"] {
      let run = try await Program("systemd-analyze").run(
        ["verify", "--man=no", "--recursive-errors=no", folder.path("etc/systemd/system/\(unit)")])
      #expect(run.status == 0)
      #expect(run.errors.split(separator: "\n").filter { $0.contains("sentry") } == [])
    }
  }

  @Test func onlyTwoCapabilitiesUnlessMoreAreWanted() {
    let two = "CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW\n"
    #expect(ServiceUnits().main.contains(two))
    #expect(ServiceUnits().main.contains("AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW\n"))
    let more = ServiceUnits(seesProcesses: true).main
    #expect(more.contains("CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_PTRACE CAP_DAC_READ_SEARCH\n"))
  }

  @Test(arguments: [
    (false, "etc/systemd/system", "etc/sysusers.d"), (true, "usr/lib/systemd/system", "usr/lib/sysusers.d"),
  ])
  func whatIsInstalledIsSeenAndRemoved(_ isVendor: Bool, _ units: String, _ users: String) async throws {
    let folder = try TemporaryFolder()
    let root = folder.url.path
    let more = isVendor ? ["--vendor"] : []
    let install = try await Program.sentry.run(
      ["service", "install", "--root", root] + more + ["--", "-i", "eth0", "--mode", "queue"])
    #expect(install.status == 0, "\(install.errors)")
    let made = ["\(units)/sentry.service", "\(units)/sentry-boot.service", "\(users)/sentry.conf"]
    #expect(install.output == (made + ["etc/default/sentry"]).map { "wrote \(root)/\($0)\n" }.joined())
    for name in made { #expect(TestFiles.textAt(folder.path(name)).hasPrefix(ServiceUnits.mark), "\(name)") }
    #expect(
      TestFiles.textAt(folder.path("etc/default/sentry")).hasSuffix("\nSENTRY_OPTIONS=\"-i eth0 --mode queue\"\n"))

    let status = try await sentry("service", "status", "--root", root, "--format", "json")
    #expect(status.status == 69)
    let report = try JSONDecoder().decode(ServiceReport.self, from: Data(status.output.utf8))
    #expect(report == ServiceReport(unit: "\(root)/\(units)/sentry.service", options: "-i eth0 --mode queue"))

    // Again: the options stay.
    #expect(try await Program.sentry.run(["service", "install", "--root", root] + more).status == 0)
    #expect(TestFiles.textAt(folder.path("etc/default/sentry")).contains("--mode queue"))

    let uninstall = try await Program.sentry.run(["service", "uninstall", "--root", root] + more)
    #expect(uninstall.output == made.map { "removed \(root)/\($0)\n" }.joined())
    #expect(FileManager.default.fileExists(atPath: folder.path("etc/default/sentry")))
    let again = try await Program.sentry.run(["service", "uninstall", "--root", root] + more)
    #expect(again.status == 66)
    #expect(again.errors.contains("no service is installed"))
  }

  @Test func aChangedUnitIsTold() async throws {
    let folder = try TemporaryFolder()
    _ = try await sentry("service", "install", "--root", folder.url.path)
    let path = folder.path("etc/systemd/system/sentry.service")
    let unit = TestFiles.textAt(path)
    #expect(
      try await !sentry("service", "status", "--root", folder.url.path).output.contains(
        "is not what this version writes"))
    try unit.replacing("WatchdogSec=30", with: "WatchdogSec=99").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(
      try await sentry("service", "status", "--root", folder.url.path).output.contains(
        "is not what this version writes"))
  }

  @Test func aUnitOfSomebodyElseIsLeftAlone() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("etc/systemd/system/sentry.service")
    try FileManager.default.createDirectory(
      atPath: folder.path("etc/systemd/system"), withIntermediateDirectories: true)
    try "[Unit]\n".write(toFile: path, atomically: true, encoding: .utf8)
    for command in ["install", "uninstall"] {
      let run = try await sentry("service", command, "--root", folder.url.path)
      #expect(run.status == 74)
      #expect(
        run.errors
          == "sentry: \(path) is there, and is not what 'sentry service install' has made: move it away first\n")
    }
    #expect(TestFiles.textAt(path) == "[Unit]\n")
  }

  @Test(arguments: [
    ("--root /tmp/x -- --mode nonsense", "sentry run --mode nonsense: "),
    (
      "--root /tmp/x -- -i eth0 rules.plist --state-directory a/b",
      "'a/b' would be looked for in /: name it with its whole path"
    ),
    ("--root /tmp/x -- -i et$h0", "'et$h0' cannot be kept in /etc/default/sentry"),
    ("--root /tmp/x --program sentry", "--program needs a path that begins with /"),
    ("--root /tmp/x --now", "--now starts the service of this system only"),
    ("--vendor", "--vendor says where files go below --root DIRECTORY"),
  ])
  func whatCannotBecomeAServiceIsAUsageError(_ arguments: String, _ message: String) async throws {
    let run = try await Program.sentry.run(["service", "install"] + arguments.split(separator: " ").map(String.init))
    #expect(run.status == 2)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  /// As systemctl(1) prints them.
  @Test func whatSystemdSaysIsRead() {
    var report = ServiceReport(unit: "/etc/systemd/system/sentry.service", options: "-i eth0")
    report.read(
      """
      NRestarts=2
      MainPID=4711
      StatusText=queue on eth0 by a=b.plist, 3 rules
      ActiveState=active
      UnitFileState=enabled

      """)
    #expect(
      report.text == """
        unit       /etc/systemd/system/sentry.service
        options    -i eth0
        at start   enabled
        now        active, process 4711, started again 2 times
        says       queue on eth0 by a=b.plist, 3 rules

        """)
  }
}

extension TestFiles {
  /// Of a file anywhere; empty if there is none.
  fileprivate static func textAt(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}
