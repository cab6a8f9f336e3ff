internal import ArgumentParser
internal import Foundation
internal import SentryProcesses

extension ServiceCommand {
  /// `sentry service install`
  struct Install: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the units of systemd, and have sentry start with the system.",
      discussion: """
        Behind two dashes stand the options of `sentry run`; they are kept in /etc/default/sentry, and stay as they are if none is given. \
        Without a document there, the service takes the one that was applied last, else /etc/sentry/sentry.plist, else the built-in \
        default.

          sentry service install --now -- -i eth0 --mode queue
          sentry service install --print
          sentry service install --root debian/sentry --vendor
        """)

    @Flag(help: "Write nothing, and print the daemon's unit.")
    var print = false

    @Flag(help: "Start it at once, or anew if it runs.")
    var now = false

    @Flag(
      inversion: .prefixedNo,
      help:
        "Let it see the processes of other users (CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH): rules with Application need that, and the protection of who is logged in over SSH. Stays as it is unless given."
    )
    var seeProcesses: Bool?

    @Option(
      help: ArgumentHelp(
        "Write below this folder, for a package or another system; nothing is started.", valueName: "directory"))
    var root = "/"

    @Flag(help: "With --root: write to /usr/lib, where packages put their units, in place of /etc.")
    var vendor = false

    @Option(
      help: ArgumentHelp(
        "The program that the unit starts (default: this one; /usr/bin/sentry with --root).", valueName: "path"))
    var program: String?

    @Argument(
      parsing: .postTerminator,
      help: ArgumentHelp("What `sentry run` is to be started with, behind two dashes.", valueName: "run-option"))
    var runOptions: [String] = []

    private var files: ServiceFiles { ServiceFiles(root: root, isVendor: vendor) }

    private var texts: ServiceUnits {
      ServiceUnits(
        program: program ?? (files.isThisSystem && !print ? Self.ownPath : ServiceUnits().program),
        seesProcesses: seeProcesses ?? (!print && files.seesProcesses))
    }

    private static var ownPath: String {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ServiceUnits().program
    }

    private static let odd = Set(" \t\n\"'\\$%")

    func validate() throws {
      if let program, !program.hasPrefix("/") || program.contains(where: Self.odd.contains) {
        throw ValidationError("--program needs a path that begins with /, without blanks, quotes, $ and %")
      }
      if files.isThisSystem, !print { try Self.checkProgram(program ?? Self.ownPath) }
      if vendor, files.isThisSystem { throw ValidationError("--vendor says where files go below --root DIRECTORY") }
      if now, print || !files.isThisSystem { throw ValidationError("--now starts the service of this system only") }
      try checkRunOptions()
    }

    /// What the unit could not start would be tried again for ever.
    static func checkProgram(_ path: String) throws {
      let way = "install it first (make install), or name another with --program"
      if path.contains(where: odd.contains) {
        throw ValidationError("no unit can start '\(path)', for its blanks, quotes, $ or %: \(way)")
      }
      if let folder = ServiceSight.folderHiding(path) {
        throw ValidationError("the unit cannot start \(path): it does not see what is in \(folder); \(way)")
      }
    }

    /// What `sentry run` would refuse would be found out at the next start of the system.
    private func checkRunOptions() throws {
      if let option = runOptions.first(where: { $0.isEmpty || $0.contains(where: Self.odd.contains) }) {
        throw ValidationError("'\(option)' cannot be kept in /etc/default/sentry: leave out blanks, quotes, $ and %")
      }
      try checkPaths(of: parsedRun())
    }

    private func parsedRun() throws -> Run {
      do {
        return try Run.parse(runOptions)
      } catch {
        // Help, for example, is no error of its own.
        guard Run.exitCode(for: error) != .success else {
          throw ValidationError("'\(runOptions.joined(separator: " "))' starts no daemon: see 'sentry run --help'")
        }
        throw ValidationError("sentry run \(runOptions.joined(separator: " ")): \(Run.message(for: error))")
      }
    }

    private func checkPaths(of run: Run) throws {
      if run.document == "-" {
        throw ValidationError("a service has no standard input: name the document with its whole path, or none")
      }
      let paths = run.namedPaths
      for path in paths.read + paths.written {
        guard path.hasPrefix("/") else {
          throw ValidationError("'\(path)' would be looked for in /: name it with its whole path")
        }
        guard let folder = ServiceSight.folderHiding(path) else { continue }
        throw ValidationError(
          "\(path): the unit does not see what is in \(folder); docs/Service.md tells of better places")
      }
    }

    /// What the unit can see, but not write to.
    private var warnings: [String] {
      let written = (try? Run.parse(runOptions))?.namedPaths.written ?? []
      return written.filter { !ServiceSight.canWrite($0) }.map {
        "warning: the unit may not write to \($0) unless 'systemctl edit sentry' names its folder in ReadWritePaths="
      }
    }

    func run() async throws {
      if print { return Console.write(texts.main) }
      try files.checkAreOurs()
      for warning in warnings { Console.writeError(warning) }
      if seeProcesses == nil, texts.seesProcesses {
        Console.writeLine("it goes on to see the processes of other users; --no-see-processes ends that")
      }
      for (path, text) in files.made(of: texts) {
        try ServiceFiles.write(path, text)
        Console.writeLine("wrote \(path)")
      }
      if !runOptions.isEmpty || !FileManager.default.fileExists(atPath: files.options) {
        try ServiceFiles.write(files.options, texts.options(runOptions))
        Console.writeLine("wrote \(files.options)")
      }
      if files.isThisSystem { try takeIntoUse() }
    }

    private func takeIntoUse() throws {
      try Self.makeUser()
      guard ServiceManagerTools.isRunning else {
        return Console.writeLine("systemd does not run here: nothing was started")
      }
      try ServiceManagerTools.require("systemctl", ["daemon-reload"])
      try ServiceManagerTools.require("systemctl", ["enable", "sentry-boot.service", "sentry.service"])
      Console.writeLine("sentry starts with the system")
      guard now else { return Console.writeLine("  systemctl start sentry starts it now; what with: \(files.options)") }
      try ServiceManagerTools.require("systemctl", ["restart", "sentry.service"])
      Console.writeLine("sentry runs")
    }

    /// By whatever program makes users here.
    static func makeUser() throws(CommandFailure) {
      guard UserAccounts.user(named: "sentry") == nil else { return }
      if ServiceManagerTools.path(of: "systemd-sysusers") != nil {
        try ServiceManagerTools.require("systemd-sysusers", ["sentry.conf"])
      } else {
        try ServiceManagerTools.require(
          "useradd",
          [
            "--system", "--user-group", "--home-dir", "/var/lib/sentry", "--no-create-home", "--shell",
            "/usr/sbin/nologin",
            "sentry",
          ])
      }
      Console.writeLine("made user and group sentry: members of the group may use the daemon")
    }
  }
}
