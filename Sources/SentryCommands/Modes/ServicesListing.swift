internal import ArgumentParser
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

extension Services {
  /// `sentry services list`
  struct Listing: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Show the services of the rules in force, with their ports.",
      discussion: """
          sentry services
          sentry services list --in my.plist
          sentry services list --format json
        """)

    @OptionGroup var place: InDocumentOption

    @Option(help: "How to report.")
    var format = ReportFormat.text

    @OptionGroup var socket: SocketOption

    func run() async throws {
      let (name, bytes) = try await document()
      let rules = DraftDocument(reading: bytes, fileName: name).rules
      let table = try ModeDocument.serviceTable()
      let listed = ServicesReport(rules, ModeDocument.changes(of: bytes), table)
      switch format {
      case .json: Console.writeLine(try jsonText(listed))
      case .text:
        let lines = listed.lines(of: name, style: Style(isOn: Console.outputHasColour))
        Console.writeLine(lines.joined(separator: "\n"))
      }
    }

    private func document() async throws -> (name: String, bytes: [UInt8]) {
      if let path = place.document { return (FileInput.displayName(path), try FileInput.read(path)) }
      let reply: ActiveRulesReply = try await ControlClient.connected(to: socket.path) { client in
        try await client.get(ControlPath.rules)
      }
      return ("the document in force", Array(reply.text.utf8))
    }
  }
}

/// What `sentry services list` reports.
struct ServicesReport: Encodable {
  struct Item: Encodable {
    var title: String
    /// What else it may be called.
    var names: [String]
    var allowed: Bool
    var ports: [String]
    /// Empty for everybody.
    var sources: [String]
    /// The rule says nothing but ports and sources; otherwise `sources` says nothing.
    var plain: Bool
    /// Its rule; `nil` for one that only the table knows.
    var rule: String?

    init(_ service: Service, isOwn: Bool) {
      title = service.title
      names = service.words
      allowed = isOwn && service.isAllowed
      ports = service.ports.map(\.description)
      sources = isOwn ? service.sources : []
      plain = !isOwn || service.isPlain
      rule = isOwn ? service.number.description : nil
    }
  }

  /// `nil` for rules that are those of no mode.
  var mode: String?
  /// They are not as the mode has them.
  var changedByHand: Bool
  /// The document has a group for them.
  var canBeSwitched: Bool
  var services: [Item]

  /// - Parameter changes: what the rules say otherwise than those of their mode.
  init(_ rules: [OutlinedRule], _ changes: ModeChanges?, _ table: ServiceTable) {
    changedByHand = changes?.isEmpty == false
    mode = FirewallMode(of: rules)?.rawValue
    let group = ServiceGroup(in: rules)
    canBeSwitched = group != nil
    let own = group?.services ?? []
    let others = table.group.services.filter { known in !own.contains { $0.name == known.name } }
    services = own.map { Item($0, isOwn: true) } + others.map { Item($0, isOwn: false) }
  }

  /// - Parameter name: of the document.
  func lines(of name: String, style: Style) -> [String] {
    guard canBeSwitched else {
      return [
        "\(name.visible) has no group '\(ServiceGroup.name)': its rules are not switched service by service",
        "'sentry mode services' puts a document in force that has one",
      ]
    }
    var table = TextTable(
      ("service", .left), ("also called", .left), ("", .left), ("ports", .left), ("only from", .left), ("rule", .left))
    for service in services {
      table.add(
        service.title.visible, service.names.map(\.visible).joined(separator: ", "),
        service.allowed ? style.green("allowed") : "-", service.ports.joined(separator: ", "),
        service.plain ? service.sources.map(\.visible).joined(separator: ", ") : "see its rules", service.rule ?? "-")
    }
    return table.lines(style: style) + remark
  }

  private var remark: [String] {
    switch changedByHand ? nil : mode.flatMap(FirewallMode.init(rawValue:)) {
    case .blockAll: ["", "block-all is in force: none of them is let in until 'sentry mode services'"]
    case .allowAll:
      ["", "allow-all is in force: everything is let in, whatever is chosen here, until 'sentry mode services'"]
    case .services, nil: []
    }
  }
}
