import SentryCapture
import SentryControl
import SentryPacket
import SentryProcesses
import SentryRules
import SentryState
import Testing

@testable import SentryService

private let peer = "203.0.113.9"
private let host = "192.0.2.1"

private func login(from peer: String = peer, to host: String = host, port: UInt16 = 22) throws -> SSHOrigin {
  let (local, remote) = (try #require(IPAddress(host)), try #require(IPAddress(peer)))
  return SSHOrigin(
    flow: LocalFlow(local: local, port, remote: remote, 50_000, protocolNumber: IPProtocol.tcp),
    executable: "/usr/sbin/sshd", user: 0)
}

private func rehearsal(of origin: SSHOrigin) -> LoginRehearsal {
  LoginRehearsal(
    origin: origin, places: [0], interfaceNames: ["eth0"],
    local: AddressSpans([AddressRange(prefix: origin.flow.local, length: 128)]),
    now: Timestamp(seconds: 1_714_979_289))
}

struct LoginCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let rules: String
  /// The packet that does not pass, and the number of the rule.
  var ends: (packet: String, rule: String)?

  init(_ description: String, _ rules: String, ends: (packet: String, rule: String)? = nil) {
    (testDescription, self.rules, self.ends) = (description, rules, ends)
  }
}

private func rule(_ property: String, _ value: String, _ action: String, children: String = "") -> String {
  let below = children.isEmpty ? "" : "children = ( \(children) );"
  return
    "{ enabled = 1; propertyName = \"\(property)\"; propertyValue = \"\(value)\"; filterActionName = \"\(action)\"; \(below) }"
}

@Suite struct LoginRehearsalTests {
  @Test(arguments: [
    LoginCase("no rules", ""),
    LoginCase("everything is deleted", rule("Any", "", "Delete"), ends: ("a packet of", "1")),
    LoginCase("everything is rejected", rule("Any", "", "Reject"), ends: ("a packet of", "1")),
    LoginCase("port 22 is dropped", rule("Dest port", "22", "Drop connection"), ends: ("a packet of", "1")),
    LoginCase("another port is deleted", rule("Dest port", "23", "Delete")),
    LoginCase("the peer's net is deleted", rule("Source net", "203.0.113.0/24", "Delete"), ends: ("a packet of", "1")),
    LoginCase("another net is deleted", rule("Source net", "198.51.100.0/24", "Delete")),
    LoginCase("answers are deleted", rule("Source port", "22", "Delete"), ends: ("an answer on", "1")),
    LoginCase(
      "what is established goes on, but nothing new comes in",
      rule("Connection state", "established", "Pass") + "," + rule("Any", "", "Delete"),
      ends: ("a new connection like", "2")),
    LoginCase(
      "what is established goes on, and port 22 is open",
      rule("Connection state", "established", "Pass") + "," + rule("Dest port", "22", "Pass") + ","
        + rule("Source port", "22", "Pass") + "," + rule("Any", "", "Delete")),
    LoginCase(
      "only answers to what came before pass",
      rule("Dest port", "22", "Pass") + "," + rule("Connection state", "established", "Pass") + ","
        + rule("Any", "", "Delete")),
    LoginCase(
      "new connections are deleted", rule("TCP header flags", "syn,-ack", "Delete"),
      ends: ("a new connection like", "1")),
    LoginCase(
      "a child decides", rule("Direction", "inbound", "->", children: rule("Dest port", "22", "Delete")),
      ends: ("a packet of", "1.1")),
    LoginCase("whoever knocks is triggered", rule("Dest port", "22", "Trigger"), ends: ("a packet of", "1")),
    LoginCase("only sshd may be reached", rule("Application", "sshd", "Pass") + "," + rule("Any", "", "Delete")),
    LoginCase(
      "only others may be reached", rule("Application", "nginx", "Pass") + "," + rule("Any", "", "Delete"),
      ends: ("a packet of", "2")),
    LoginCase("packets are only held back", rule("Dest port", "22", "Delay")),
  ])
  func whatEndsALoginIsFound(_ c: LoginCase) throws {
    let document = RuleDocument(reading: "{ rules = ( \(c.rules) ); }")
    let ruleSet = try #require(document.ruleSet, "\(document.diagnostics)")
    let lockout = rehearsal(of: try login()).lockout(by: ruleSet, isEnforced: true)
    #expect(lockout?.packet == c.ends?.packet)
    #expect(lockout?.rule == c.ends?.rule)
    guard let lockout else { return }
    #expect(lockout.peer == peer && lockout.port == 22 && lockout.enforced)
  }

  /// The session's program may go on, but the one that takes new logins may not.
  @Test func whoListensNeedsAPermissionToo() throws {
    let ruleSet = try #require(RuleDocument(reading: "( \(ApplicationGroup.text) )").ruleSet)
    var rehearsal = rehearsal(of: try login())
    rehearsal.permission = .allowed
    #expect(rehearsal.lockout(by: ruleSet, isEnforced: true) == nil)
    rehearsal.listener = LocalProcess(executable: "/usr/lib/systemd/systemd", user: 0, permission: .denied)
    var lockout = try #require(rehearsal.lockout(by: ruleSet, isEnforced: true))
    #expect(lockout.packet == "a new connection like" && lockout.rule == "1.2")
    lockout.programs = ["/usr/lib/systemd/systemd"]
    #expect(lockout.text.hasSuffix("; first: sentry applications allow /usr/lib/systemd/systemd --inbound"))
    rehearsal.listener?.permission = .allowed
    #expect(rehearsal.lockout(by: ruleSet, isEnforced: true) == nil)
  }

  @Test func whatItMeansIsASentence() throws {
    let ruleSet = try #require(
      RuleDocument(
        reading: "( { nodeName = \"no shells\"; enabled = 1; propertyName = \"Dest port\"; propertyValue = 22; "
          + "filterActionName = \"Drop connection\"; } )"
      ).ruleSet)
    let lockout = try #require(rehearsal(of: try login()).lockout(by: ruleSet, isEnforced: true))
    #expect(
      lockout.text == "rule 1 no shells would drop a packet of the SSH connection from 203.0.113.9 to port 22")
  }

  @Test func bothFamiliesAndOtherPortsAreTried() throws {
    let ruleSet = try #require(
      RuleDocument(reading: "( \(rule("Dest port", "2222", "Delete")) )").ruleSet)
    let six = try login(from: "2001:db8::9", to: "2001:db8:1::1", port: 2_222)
    #expect(rehearsal(of: six).lockout(by: ruleSet, isEnforced: true)?.peer == "2001:db8::9")
    let usual = try login(from: "2001:db8::9", to: "2001:db8:1::1")
    #expect(rehearsal(of: usual).lockout(by: ruleSet, isEnforced: true) == nil)
  }

  /// What the tables have of the peer counts as it would in reality.
  @Test func theAddressTablesCount() throws {
    let rules = "\(rule("Include", "authorize", "Pass")), \(rule("Any", "", "Delete"))"
    let ruleSet = try #require(RuleDocument(reading: "( \(rules) )").ruleSet)
    var rehearsal = rehearsal(of: try login())
    #expect(rehearsal.lockout(by: ruleSet, isEnforced: true)?.rule == "2")
    rehearsal.entries[.authorize] = [
      AddressEntry(
        range: try AddressRange("203.0.113.0/24"), matchCount: 1, lastTime: rehearsal.now, duration: .unlimited,
        triggeredBy: 0)
    ]
    let lockout = rehearsal.lockout(by: ruleSet, isEnforced: true)
    #expect(lockout?.packet == "an answer on", "the peer is authorized, this host is not")
  }

  @Test func anInterfaceWithoutFiltersEndsNothing() throws {
    let document = "{ rules = ( \(rule("Any", "", "Delete")) ); interfaces = ( { name = eth0; filters = 0; } ); }"
    let ruleSet = try #require(RuleDocument(reading: document).ruleSet)
    #expect(rehearsal(of: try login()).lockout(by: ruleSet, isEnforced: true) == nil)
  }

  @Test func aDocumentThatOnlyObservesEndsNothing() throws {
    let document = "{ rules = ( \(rule("Any", "", "Delete")) ); settings = { observe = 1; }; }"
    let ruleSet = try #require(RuleDocument(reading: document).ruleSet)
    #expect(rehearsal(of: try login()).lockout(by: ruleSet, isEnforced: true) == nil)
  }

  /// Whatever this machine has, everything has its loopback interface.
  @Test func packetsArriveWhereTheirAddressIs() throws {
    let known = try NetworkInterface.all()
    let loopback = try #require(known.first { $0.isLoopback })
    let within = try login(from: "127.0.0.1", to: "127.0.0.1").flow
    #expect(LoginRehearsal.places(of: within, among: ["eth7", loopback.name], known: known) == [1])
    #expect(LoginRehearsal.places(of: within, among: ["eth7"], known: known).isEmpty)
    let nowhere = try login(from: peer, to: "198.51.100.77").flow
    #expect(LoginRehearsal.places(of: nowhere, among: ["eth7", "eth8"], known: known) == [0, 1])
  }
}

/// The same through the daemon: what ends the login of who asks is not applied, unless he insists or can do without.
@Suite struct LoginGuardTests {
  private static let closing = SubmittedDocument(
    name: "closing.plist", reading: Array("( { nodeName = all; enabled = 1; filterActionName = Delete; } )".utf8))

  private static let caller = Caller(user: "alice", process: 4_711, connection: nil)

  private static let asking = SubmittedDocument(
    name: "asking.plist",
    reading: Array("{ settings = { applications = { unknown = deny; }; }; rules = ( \(ApplicationGroup.text) ); }".utf8)
  )

  private func withLogin(_ search: SSHOrigin.Search, _ body: (SentryDaemon) async throws -> Void) async throws {
    let surroundings = ApplySurroundings(
      origin: { process in process == 4_711 ? search : .none },
      listeners: { _ in [SSHOrigin.Listener(executable: "/usr/lib/systemd/systemd", user: 0)] }, isGone: { _ in false })
    try await withDaemon(surroundings: surroundings, body)
  }

  @Test func rulesThatEndTheCallersLoginAreRefused() async throws {
    try await withLogin(.found(try login())) { daemon in
      let reply = try await daemon.apply(Self.closing, by: Self.caller)
      #expect(!reply.applied)
      #expect(reply.lockout?.rule == "1" && reply.lockout?.name == "all" && reply.lockout?.verdict == "delete")
      #expect(reply.document.name == "first.plist")
      #expect(
        daemon.journal.recent().last?.message
          == "closing.plist refused: rule 1 all would delete a packet of the SSH connection from 203.0.113.9 to port 22"
      )
      try await daemon.expectApplied(Self.closing, by: Caller(user: "bob"))  // He sits at the console.
    }
  }

  @Test func programsThatAreNotAllowedAreNamed() async throws {
    try await withLogin(.found(try login())) { daemon in
      let reply = try await daemon.apply(Self.asking, by: Self.caller)
      #expect(!reply.applied && reply.lockout?.programs == ["/usr/sbin/sshd", "/usr/lib/systemd/systemd"])
    }
  }

  /// Who has the connection, and who takes the next.
  @Test func nobodyDeniesHisOwnWayIn() async throws {
    func deny(_ path: String, _ daemon: SentryDaemon, force: Bool? = nil) async throws {
      _ = try await daemon.permit(PermissionRequest(path: path, inbound: "deny", force: force), by: Self.caller)
    }
    var terms = ApplyTerms()
    terms.isForced = true
    let forced = terms
    try await withLogin(.found(try login())) { daemon in
      try await deny("/usr/sbin/sshd", daemon)  // The rules do not ask.
      _ = try await daemon.apply(Self.asking, on: forced, by: Self.caller)
      for path in ["/usr/sbin/sshd", "/usr/lib/systemd/systemd"] {
        await #expect(throws: PermissionRefusal.self) { try await deny(path, daemon) }
        try await deny(path, daemon, force: true)
      }
      try await deny("/usr/bin/nowhere", daemon)
    }
    try await withLogin(.hidden) { daemon in
      _ = try await daemon.apply(Self.asking, on: forced, by: Self.caller)
      await #expect(throws: PermissionRefusal.self) { try await deny("/usr/bin/nowhere", daemon) }
    }
  }

  @Test func whoInsistsGetsThem() async throws {
    try await withLogin(.found(try login())) { daemon in
      var terms = ApplyTerms()
      terms.isForced = true
      let reply = try await daemon.apply(Self.closing, on: terms, by: Self.caller)
      #expect(reply.applied && reply.lockout != nil)
    }
  }

  @Test func aTrialNeedsNoForce() async throws {
    try await withLogin(.found(try login())) { daemon in
      var terms = ApplyTerms()
      terms.trialSeconds = 60
      let reply = try await daemon.apply(Self.closing, on: terms, by: Self.caller)
      #expect(reply.applied && reply.lockout != nil && reply.trial != nil)
    }
  }

  @Test func editsAndTheWayBackAreHeldToTheSame() async throws {
    try await withLogin(.found(try login())) { daemon in
      let edit = try await daemon.apply(
        Self.closing, on: ApplyTerms(expected: 1, change: "rule 1 enabled"), by: Self.caller)
      #expect(!edit.applied && edit.lockout != nil)
      try await daemon.expectApplied(Self.closing, by: Caller(user: "bob"))
      let open = SubmittedDocument(name: "open.plist", reading: Array(Documents.telnet.utf8))
      try await daemon.expectApplied(open, by: Self.caller)
      let back = try await daemon.rollBack(1, by: Self.caller)
      #expect(!back.applied && back.lockout?.rule == "1")
      #expect(back.document.name == "open.plist")
      #expect(try await daemon.rollBack(1, isForced: true, by: Self.caller).document.name == "closing.plist")
    }
  }

  @Test func `with a login that cannot be seen, rules come on trial, or if one insists`() async throws {
    try await withLogin(.hidden) { daemon in
      let reply = try await daemon.apply(Self.closing, by: Self.caller)
      #expect(!reply.applied && reply.hiddenLogin == true)
      #expect(
        daemon.journal.recent().last?.message
          == "closing.plist refused: the SSH connection it comes by cannot be seen")
      var terms = ApplyTerms()
      terms.isForced = true
      let forced = try await daemon.apply(Self.closing, on: terms, by: Self.caller)
      #expect(forced.applied && forced.hiddenLogin == true)
      (terms.isForced, terms.trialSeconds) = (false, 60)
      #expect(try await daemon.apply(Self.closing, on: terms, by: Self.caller).applied)
    }
  }

  @Test func `who is not ours to look into can say what connection he comes by`() async throws {
    let login = try login()
    let surroundings = ApplySurroundings(
      origin: { _ in .hidden }, claimed: { $0 == "203.0.113.9 40000 192.0.2.10 22" ? .found(login) : .hidden },
      isGone: { _ in false })
    try await withDaemon(surroundings: surroundings) { daemon in
      var caller = Self.caller
      caller.sshConnection = "203.0.113.9 40000 192.0.2.10 22"
      let reply = try await daemon.apply(Self.closing, by: caller)
      #expect(!reply.applied && reply.lockout?.rule == "1")
      caller.sshConnection = "203.0.113.9 40001 192.0.2.10 22"
      #expect(try await daemon.apply(Self.closing, by: caller).hiddenLogin == true)
    }
  }
}
