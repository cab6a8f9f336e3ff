import Foundation
import SentryControl
import SentryTestSupport
import Testing

/// Somebody works on a machine over SSH, and changes its rules.
@Suite(
  .serialized,
  .enabled(
    if: LiveQueue.isPossible && ["sshd", "ssh", "ssh-keygen"].allSatisfy { Program($0).isThere },
    "needs OpenSSH and what queue mode needs"))
struct LiveTrialTests {
  /// Rule 2 would end all logins.
  private static let open = """
    ( { nodeName = telnet; enabled = 1; propertyName = "Dest port"; propertyValue = 23; filterActionName = Delete; },
      { nodeName = "no shells"; enabled = 0; propertyName = "Dest port"; propertyValue = 22; filterActionName = Delete; } )
    """
  private static let closed = open.replacing("enabled = 0", with: "enabled = 1")

  /// A machine that filters, an SSH server on it, and one who may log in.
  private struct Machine {
    let cable: Cable
    let daemon: LiveDaemon

    func document(_ name: String, _ text: String) throws -> String { try daemon.folder.write(name, text) }

    /// Runs `sentry` on the machine, logged in over SSH.
    ///
    /// - Parameter shell: what runs it there.
    func remote(_ arguments: String, through shell: String = "") async throws -> ProgramRun {
      try await ssh("SENTRY_SOCKET=\(daemon.socket) \(shell) \(Program.sentry.path) \(arguments)")
    }

    func ssh(_ command: String) async throws -> ProgramRun {
      try await cable.run(
        at: .sender, "ssh", "-F", "none", "-i", daemon.folder.path("person"), "-o", "BatchMode=yes", "-o",
        "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o",
        "ConnectTimeout=30", "root@\(Cable.watchedAddress)", command, within: .seconds(120))
    }

    func canConnect() async throws -> Bool {
      try await cable.run(at: .sender, "nc", "-z", "-w", "1", Cable.watchedAddress, "22").status == 0
    }
  }

  private func withMachine(_ body: (Machine) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try await LiveQueue.run(try folder.write("open.plist", Self.open)) { cable, daemon in
      let sshd = try await cable.startSSHServer(keysIn: daemon.folder)
      try await body(Machine(cable: cable, daemon: daemon))
      withExtendedLifetime(sshd) {}
    }
  }

  private static let lockout =
    "rule 2 no shells would delete a packet of the SSH connection from \(Cable.senderAddress) to port 22"

  @Test(.timeLimit(.minutes(12)))
  func rulesThatEndTheSessionAreRefused() async throws {
    try await withMachine { machine in
      let closed = try machine.document("closed.plist", Self.closed)
      let apply = try await machine.remote("apply \(closed)")
      #expect(apply.status == 65, "\(apply.output)")
      #expect(apply.errors.contains("\(closed) was refused: \(Self.lockout);"), "\(apply.errors)")
      #expect(apply.errors.contains("--force insists; apply --confirm 60 puts it in force on trial"))

      // As sudo starts it: another environment, and processes in between.
      let hidden = try await machine.remote(
        "apply \(closed)", through: "env -i SENTRY_SOCKET=\(machine.daemon.socket) bash -c '\"$0\" \"$@\"; exit $?'")
      #expect(hidden.status == 65 && hidden.errors.contains(Self.lockout), "\(hidden.errors)")

      let edit = try await machine.remote("enable 2")
      #expect(edit.status == 65 && edit.errors.contains(Self.lockout), "\(edit.errors)")
      #expect(try await machine.daemon.status().document.generation == 1)
      #expect(try await machine.daemon.log().contains("closed.plist refused: \(Self.lockout)"))

      // Whoever sits at the machine itself loses nothing by it.
      let here = try await machine.daemon.sentry("apply", closed)
      #expect(here.status == 0, "\(here.errors)")
      #expect(here.output.contains("~ 2  no shells: Dest port == 22 Delete\n    enabled\n"), "\(here.output)")
      #expect(here.output.contains("difference: 1 rule changed\n"))
      #expect(try await !machine.canConnect())
      let back = try await machine.daemon.sentry("rollback")
      #expect(back.status == 0, "\(back.errors)")
      #expect(try await machine.canConnect())
    }
  }

  /// The session that hangs goes on, as if nothing had been.
  @Test(.timeLimit(.minutes(12)))
  func withoutAConfirmationTheSessionWorksAgain() async throws {
    try await withMachine { machine in
      let closed = try machine.document("closed.plist", Self.closed)
      async let session = machine.remote("apply --confirm 20 \(closed); echo status $?; sleep 1; echo it goes on")
      try await waitUntil("it is on trial") { try await machine.daemon.status().trial != nil }
      let status = try await machine.daemon.status()
      #expect(status.trial?.before.name.hasSuffix("open.plist") == true)
      #expect(try await !machine.canConnect())
      let text = try await machine.daemon.sentry("status").output
      #expect(text.contains("on trial   put in force by root; unless somebody confirms it, "), "\(text)")
      let second = try await machine.daemon.sentry("apply", closed)
      #expect(second.status == 65)
      #expect(second.errors.contains("say 'sentry confirm' to keep it, or 'sentry rollback' to go back"))

      try await waitUntil("the rules before are back", within: .seconds(60)) {
        try await machine.daemon.status().trial == nil
      }
      #expect(try await machine.daemon.status().document.name.hasSuffix("open.plist"))
      #expect(try await machine.canConnect())
      let ended = try await session
      #expect(ended.output.contains("on trial: ") && ended.output.contains("status 0\nit goes on\n"), "\(ended.output)")
      #expect(ended.errors.contains("warning: \(Self.lockout)"), "\(ended.errors)")
      #expect(try await machine.daemon.log().contains("closed.plist was not confirmed within 20 seconds: "))
    }
  }

  @Test(.timeLimit(.minutes(12)))
  func aNewSessionConfirms() async throws {
    try await withMachine { machine in
      let harmless = try machine.document("harmless.plist", Self.open.replacing("telnet", with: "gone"))
      let nothing = try await machine.remote("confirm")
      #expect(nothing.status == 1 && nothing.errors.contains("no document waits to be confirmed"), "\(nothing.errors)")
      // In the same session it proves nothing.
      let apply = try await machine.remote(
        "apply --confirm 600 \(harmless); SENTRY_SOCKET=\(machine.daemon.socket) \(Program.sentry.path) confirm; echo status $?"
      )
      #expect(apply.output.contains("\nstatus 65\n"), "\(apply.output)\(apply.errors)")
      #expect(
        apply.errors.hasPrefix("sentry: this comes through the SSH connection from \(Cable.senderAddress) "),
        "\(apply.errors)")
      #expect(apply.errors.hasSuffix("(--force insists)\n"))
      #expect(try await machine.daemon.status().trial != nil)
      let confirm = try await machine.remote("confirm")
      #expect(confirm.output.contains("confirmed: \(harmless) stays in force ("), "\(confirm.output)\(confirm.errors)")
      #expect(try await machine.daemon.status().trial == nil)
      #expect(try await machine.daemon.status().document.name == harmless)

      let list = try await machine.remote("rollback --list").output.split(separator: "\n")
      #expect(list.count == 3, "\(list)")
      #expect(list.dropFirst().map { $0.contains("harmless.plist") } == [true, false])
      #expect(list.last?.contains("1 rule changed") == true)
      let back = try await machine.remote("rollback")
      #expect(back.status == 0 && back.output.contains("in force again: 2 rules of "), "\(back.output)\(back.errors)")
    }
  }
}

/// A document is edited, and applied after each save.
@Suite(.serialized, .enabled(if: LiveQueue.isPossible, LiveQueue.needs))
struct LiveWatchTests {
  private static func text(_ name: String) -> String { "( { nodeName = \"\(name)\"; enabled = 1; } )\n" }

  @Test(.timeLimit(.minutes(12)))
  func aSavedDocumentIsAppliedAndABadOneTold() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("mine.plist", Self.text("one"))
    try await Cable.with(.onlyTests) { cable in
      try await LiveDaemon.with(on: cable) { daemon in
        let watching = try Program.sentry.start(
          ["apply", "--watch", path], environment: ["SENTRY_SOCKET": daemon.socket])
        func ruleInForce() async throws -> String { try await daemon.sentry("show-active", "--no-counters").output }
        try await waitUntil("the first is in force") { try await ruleInForce().contains("nodeName = \"one\"") }
        try await waitUntil("it is watched") { watching.errors.contains("watching \(path)") }

        // Into the same file.
        try Self.text("two").write(toFile: path, atomically: false, encoding: .utf8)
        try await waitUntil("the second is in force") { try await ruleInForce().contains("nodeName = \"two\"") }
        // By a file that takes its place.
        try "( { nodeName = \"three\"; enabld = 1; propertyName = nonsense; } )".write(
          toFile: path, atomically: true, encoding: .utf8)
        try await waitUntil("the bad one is told") { watching.errors.contains("mine.plist was refused") }
        #expect(watching.errors.contains("no property is called 'nonsense'"), "\(watching.errors)")
        #expect(try await ruleInForce().contains("nodeName = \"two\""))
        try FileManager.default.removeItem(atPath: path)
        try await waitUntil("it is missed") { watching.errors.contains("mine.plist: it is gone") }
        try Self.text("four").write(toFile: path, atomically: true, encoding: .utf8)
        try await waitUntil("the fourth is in force") { try await ruleInForce().contains("nodeName = \"four\"") }
        #expect(try await daemon.status().document.generation == 4)
        #expect(watching.isRunning)
        try await watching.kill()
      }
    }
  }
}
