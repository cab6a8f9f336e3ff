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
    #expect(status.status == 0)
    let report = try JSONDecoder().decode(ServiceReport.self, from: Data(status.output.utf8))
    var expected = ServiceReport(unit: "\(root)/\(units)/sentry.service", options: "-i eth0 --mode queue")
    expected.isElsewhere = true
    #expect(report == expected)

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

  @Test(arguments: ["/opt/my sentry", "/usr/bin/sentry (deleted)", "/root/sentry", "/tmp/../home/a/sentry"])
  func aProgramThatNoUnitCouldStartIsRefused(_ path: String) {
    #expect(throws: (any Error).self) { try ServiceCommand.Install.checkProgram(path) }
    #expect(throws: Never.self) { try ServiceCommand.Install.checkProgram("/usr/local/bin/sentry") }
  }

  @Test func whatCannotBeWrittenThereIsTold() async throws {
    let folder = try TemporaryFolder()
    let run = try await Program.sentry.run([
      "service", "install", "--root", folder.url.path, "--", "-i", "eth0", "--log", "/srv/sentry.log",
    ])
    #expect(run.status == 0)
    #expect(run.errors.contains("warning: the unit may not write to /srv/sentry.log unless"))
  }

  @Test func theRightToSeeProcessesStaysUntilItIsTakenBack() async throws {
    let folder = try TemporaryFolder()
    let root = folder.url.path
    let unit = folder.path("etc/systemd/system/sentry.service")
    #expect(try await sentry("service", "install", "--root", root, "--see-processes").status == 0)
    #expect(TestFiles.textAt(unit).contains("CAP_SYS_PTRACE"))
    let again = try await sentry("service", "install", "--root", root)
    #expect(again.output.hasPrefix("it goes on to see the processes of other users; --no-see-processes ends that\n"))
    #expect(TestFiles.textAt(unit).contains("CAP_SYS_PTRACE"))
    #expect(try await sentry("service", "install", "--root", root, "--no-see-processes").status == 0)
    #expect(!TestFiles.textAt(unit).contains("CAP_SYS_PTRACE"))
  }

  @Test func whatStandsInTheWayIsNamed() async throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("etc", "no folder")
    let run = try await sentry("service", "install", "--root", folder.url.path)
    #expect(run.status == 74)
    #expect(run.errors.contains("cannot write \(folder.url.path)/etc/systemd/system/sentry.service: "), "\(run.errors)")
    #expect(!run.errors.contains("Domain="), "\(run.errors)")
  }

  @Test func whatCameWithAPackageGoesWithIt() async throws {
    let folder = try TemporaryFolder()
    #expect(try await sentry("service", "install", "--root", folder.url.path, "--vendor").status == 0)
    let run = try await sentry("service", "uninstall", "--root", folder.url.path)
    #expect(run.status == 66)
    #expect(run.errors.contains("/usr/lib/systemd/system/sentry.service came with a package"))
  }

  /// They begin with an empty packet filter: what is of ours at boot must come after them.
  @Test(arguments: ["nftables", "netfilter-persistent", "ufw", "firewalld"])
  func otherPacketFiltersComeBeforeOurs(_ name: String) {
    for unit in [ServiceUnits().boot, ServiceUnits().main] {
      let after = unit.split(separator: "\n").filter { $0.hasPrefix("After=") }.joined(separator: " ")
      #expect(after.contains("\(name).service"))
    }
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
      "--root /tmp/x -- -i eth0 /etc/rules.plist --state-directory a/b",
      "'a/b' would be looked for in /: name it with its whole path"
    ),
    ("--root /tmp/x -- -i et$h0", "'et$h0' cannot be kept in /etc/default/sentry"),
    ("--root /tmp/x --program sentry", "--program needs a path that begins with /"),
    ("--root /tmp/x --now", "--now starts the service of this system only"),
    ("--root /tmp/x -- my.plist -i eth0", "'my.plist' would be looked for in /"),
    ("--root /tmp/x -- -i eth0 --socket=run/x", "'run/x' would be looked for in /"),
    ("--root /tmp/x -- -i eth0 --log=./x", "'./x' would be looked for in /"),
    ("--root /tmp/x -- -i eth0 -", "a service has no standard input"),
    ("--root /tmp/x -- -i eth0 /root/my.plist", "/root/my.plist: the unit does not see what is in /root"),
    ("--root /tmp/x -- -i eth0 --log /tmp/x", "/tmp/x: the unit does not see what is in /tmp"),
    ("--root /tmp/x -- --help", "'--help' starts no daemon: see 'sentry run --help'"),
    ("--program /home/alice/sentry", "the unit cannot start /home/alice/sentry: it does not see what is in /home"),
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
