internal import ArgumentParser
internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// `sentry mode`: what the firewall does, for people who do not write rules.
struct Mode: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let everything in, nothing, or the services you choose.",
    discussion: """
      Each mode is a document that sentry puts in force as by 'sentry apply': allow-all lets every packet pass; block-all lets nobody \
      connect to this host, while what it asks for itself goes out and the answers come back; services does the same, but for the \
      services that are switched on ('sentry services'). What you have chosen, services and 'sentry stealth', goes along from one \
      mode to the next. Rules of your own give way: 'sentry rollback' brings them back. docs/Modes.md tells more.

        sentry mode
        sentry mode services
        sentry mode block-all --confirm 60
        sentry mode services --print > /etc/sentry/sentry.plist
      """)

  @Argument(help: "allow-all, block-all or services; without it, say which mode is in force.")
  var mode: FirewallMode?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The rules before return after so many seconds, 5 to 3600, unless 'sentry confirm' comes first.",
      valueName: "seconds"), transform: Apply.trialSeconds)
  var confirm: Int?

  @Flag(help: "Also if that ends your own SSH connection.")
  var force = false

  @Flag(name: .customLong("print"), help: "Print the mode's document instead, as it is shipped.")
  var printsDocument = false

  @OptionGroup var socket: SocketOption

  func validate() throws {
    if mode == nil, confirm != nil || force || printsDocument {
      throw ValidationError("name a mode: \(FirewallMode.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if printsDocument, confirm != nil || force {
      throw ValidationError("--print puts nothing in force: leave the rest out")
    }
  }

  func run() async throws {
    if printsDocument, let mode { return Console.write(try ModeDocument.read(mode).bytes) }
    try await ControlClient.connected(to: socket.path) { client in
      let active: ActiveRulesReply = try await client.get(ControlPath.rules)
      if let mode { return try await putInForce(mode, over: active, client) }
      Console.writeLine(Self.text(active.text, of: active.document))
      if let remark = Self.remark(try await client.get(ControlPath.status)) { Console.writeLine(remark) }
    }
  }

  /// Why packets pass all the same; `nil` where the rules decide.
  private static func remark(_ status: StatusReply) -> String? {
    if !status.enabled { return "sentry is off, so every packet passes; 'sentry on' switches it on" }
    guard status.mode == "monitor" else { return nil }
    return "sentry only watches, so every packet passes; 'sentry run --mode queue' has the rules decide"
  }

  /// `services: Remote login, Web server; stealth is off`.
  static func text(_ text: String, of document: DocumentReport) -> String {
    let rules = DraftDocument(reading: Array(text.utf8), fileName: document.name).rules
    guard let mode = FirewallMode(of: rules) else { return "rules of your own: \(document.title)" }
    let stealth = FirewallMode.stealth(of: rules) == true ? "; stealth is on" : ""
    let changes = ModeDocument.changes(of: Array(text.utf8))
    guard changes?.isEmpty != false else {
      return
        "\(mode.rawValue), changed by hand (\(changes?.text ?? "")): 'sentry reachable' says what comes in\(stealth)"
    }
    return mode.rawValue + ": " + summary(of: mode, rules) + stealth
  }

  /// What does not go along to another mode; `nil` for nothing.
  static func loss(of text: String, _ document: DocumentReport) -> String? {
    guard let changes = ModeDocument.changes(of: Array(text.utf8)) else {
      return "given up: the rules of your own, \(document.title); 'sentry rollback' brings them back"
    }
    guard !changes.added.isEmpty else { return nil }
    return "given up: \(ModeChanges.list(changes.added)); 'sentry rollback' brings that back"
  }

  private static func summary(of mode: FirewallMode, _ rules: [OutlinedRule]) -> String {
    switch mode {
    case .allowAll: return "every packet passes, but for who is blocked"
    case .blockAll: return "nobody connects to this host"
    case .services:
      let allowed =
        ServiceGroup(in: rules)?.services.filter(\.isAllowed).map { service in
          service.title.visible + (service.sourceList.isEmpty ? "" : " (only from \(service.sourceList.visible))")
        } ?? []
      return allowed.isEmpty ? "none is allowed" : "others may use " + allowed.joined(separator: ", ")
    }
  }

  private func putInForce(
    _ mode: FirewallMode, over active: ActiveRulesReply, _ client: ControlClient
  ) async throws {
    let shipped = try ModeDocument.read(mode)
    let bytes = try EditSession.refusing { () throws in
      let running = try EditableDocument(reading: Array(active.text.utf8), fileName: active.document.name)
      return try EditableDocument(reading: shipped.bytes, fileName: shipped.name).taking(choicesOf: running).unchanged()
    }
    var query = [
      ControlPath.documentName: shipped.name, ControlPath.expectedGeneration: String(active.document.generation),
    ]
    if let confirm { query[ControlPath.trialSeconds] = String(confirm) }
    if force { query[ControlPath.force] = "1" }
    let reply: ApplyReply = try await client.put(ControlPath.rules, query: query, body: Data(bytes))
    for line in FindingsText.lines(
      reply.findings.filter { $0.severity != "note" }, of: shipped.name, bytes, hasColour: Console.errorHasColour)
    { Console.writeError(line) }
    LoginText.warn(about: reply)
    guard reply.applied else { throw CommandFailure(.unusableData, Apply.refusal(of: reply, shipped.name)) }
    Console.writeLine(Self.text(String(decoding: bytes, as: UTF8.self), of: reply.document))
    Console.writeLine(Apply.summary(of: reply))
    if let remark = Self.remark(try await client.get(ControlPath.status)) { Console.writeLine(remark) }
    if let loss = Self.loss(of: active.text, active.document) { Console.writeLine(loss) }
  }
}
