internal import SentryDiagnostics
internal import SentryPropertyList

/// Lets services of a document in, or keeps them out: rules of its group `Services` are switched, written anew, or come in.
public struct ServiceEditing {
  public private(set) var document: EditableDocument
  /// What has been done, for people: `Web server allowed (80/tcp, 443/tcp)`.
  public private(set) var changes: [String] = []
  private let table: ServiceTable

  /// - Parameter table: the services that may be named besides those of the document.
  /// - Throws: if the document has no such group.
  public init(_ document: EditableDocument, table: ServiceTable) throws(EditError) {
    self.document = document
    self.table = table
    let group = try group
    // Where none is in use nobody has chosen yet: it is chosen among those of the table.
    if !group.isEnabled, group.services.isEmpty, !table.group.services.isEmpty {
      try adopt(self.document.paste(table.snippet(of: table.group.services), .into(group.number)))
    }
  }

  /// The result.
  public var edited: EditedDocument {
    get throws(EditError) { EditedDocument(bytes: try document.unchanged()) }
  }

  private var group: ServiceGroup {
    get throws(EditError) {
      guard let group = ServiceGroup(in: document.outlined) else {
        throw EditError(
          """
          \(document.name) has no group '\(ServiceGroup.name)' at its top level, so services cannot be switched in it
            'sentry mode services' puts a document in force that has one; docs/Modes.md tells how another gets one
          """)
      }
      return group
    }
  }

  // MARK: Allowing

  /// - Parameters:
  ///   - word: what people call it, or ports: `ssh`, `Screen sharing`, `8080/tcp`.
  ///   - sources: who may use it, in the words of a rule; empty for everybody, `nil` for those who might before.
  public mutating func allow(_ word: String, from sources: [String]? = nil) throws(EditError) {
    var service = try service(toAllow: word)
    let wasAllowed = service.isAllowed
    if let sources, sources != service.sources || !service.isPlain { service = try rewrite(service, sources) }
    service = try takingAnnouncements(service)
    if !service.isAllowed { try adopt(document.setEnabled(true, [service.number])) }
    let verb = wasAllowed ? sources == nil ? "was allowed already" : "is allowed" : "allowed"
    changes.append("\(service.title.visible) \(verb)\(Self.ports(of: service))" + Self.limits(service) + needs(service))
  }

  /// A rule from before there were helpers is brought up to date, unless it is a person's own.
  private mutating func takingAnnouncements(_ service: Service) throws(EditError) -> Service {
    guard service.announcedPorts.isEmpty, mayBeRewritten(service),
      let listed = table.group.services.first(where: { $0.name == service.name && $0.ports == service.ports }),
      !listed.announcedPorts.isEmpty
    else { return service }
    var service = service
    service.announcedPorts = listed.announcedPorts
    return try rewrite(service, service.sources)
  }

  /// `, but no transfers, which need settings.helpers (docs/FTP.md)`; empty where nothing is missing, or the group is off.
  private func needs(_ service: Service) -> String {
    guard !service.announcedPorts.isEmpty, (try? group.isEnabled) == true,
      RuleDocument(reading: document.reading.source.bytes).ruleSet?.settings.helpers.contains(where: { $0.kind == .ftp }
      ) != true
    else { return "" }
    return ", but no transfers, which need settings.helpers (docs/FTP.md)"
  }

  /// ` (22/tcp)`; empty where its name says it.
  private static func ports(of service: Service) -> String {
    service.portList == service.title ? "" : " (\(service.portList))"
  }

  private static func limits(_ service: Service) -> String {
    service.sourceList.isEmpty ? "" : ", only from \(service.sourceList.visible)"
  }

  /// That of the document; else it comes from the table, or is made for the ports.
  private mutating func service(toAllow word: String) throws(EditError) -> Service {
    if let known = try group.service(called: word) { return known }
    if let listed = table.group.service(called: word) {
      return try take(in: try table.snippet(of: [listed]), called: listed.name)
    }
    guard let ports = ServicePorts(word) else { throw try unknown(word) }
    let text = ServiceRuleText.text(name: word, ports: [ports], sources: [])
    return try take(in: Snippet(reading: Array(text.utf8), fileName: "the new rule"), called: word)
  }

  /// At the end of the group, switched off.
  private mutating func take(in snippet: Snippet, called name: String) throws(EditError) -> Service {
    let group = try group
    let target: EditTarget = group.services.last.map { .after($0.number) } ?? .into(group.number)
    try adopt(document.paste(snippet, target))
    guard let new = try self.group.services.last(where: { $0.name == name }) else {
      throw EditError("the rule of '\(name.visible)' did not come in")
    }
    try adopt(document.setEnabled(false, [new.number]))
    var service = new
    service.isAllowed = false
    return service
  }

  /// All that its rule says can be said anew.
  private func mayBeRewritten(_ service: Service) -> Bool {
    service.isPlain && !service.ports.isEmpty && !document.hasRemarks(inside: service.number)
  }

  /// Writes the rule of a service anew, on, for other sources.
  private mutating func rewrite(_ service: Service, _ sources: [String]) throws(EditError) -> Service {
    guard mayBeRewritten(service) else {
      throw EditError(
        """
        rule \(service.number), \(service.title.visible), says more than which ports are open to whom, and would lose that: \
        change it in the document
        """)
    }
    let text = ServiceRuleText.text(
      name: service.name, ports: service.ports, announced: service.announcedPorts, sources: sources)
    try adopt(document.paste(Snippet(reading: Array(text.utf8), fileName: "the new rule"), .after(service.number)))
    try adopt(document.delete([service.number]))
    var service = service
    (service.sources, service.isAllowed) = (sources, true)
    return service
  }

  // MARK: Denying

  /// - Parameter word: as for `allow`.
  public mutating func deny(_ word: String) throws(EditError) {
    if let service = try group.service(called: word) { return try deny(service) }
    if let ports = ServicePorts(word) { return try deny(ports, word) }
    guard let listed = table.group.service(called: word) else { throw try unknown(word) }
    changes.append("\(listed.title.visible) was denied already\(Self.ports(of: listed))")
  }

  private mutating func deny(_ service: Service) throws(EditError) {
    if service.isAllowed { try adopt(document.setEnabled(false, [service.number])) }
    let verb = service.isAllowed ? "denied" : "was denied already"
    let others = try holders { ports in service.ports.contains { $0.overlaps(ports) } }
    let rest = others.isEmpty ? "" : ", but \(Self.list(others)) stays open there"
    changes.append("\(service.title.visible) \(verb)\(Self.ports(of: service))\(rest)")
  }

  /// Ports that no service has by itself: what opens nothing else is denied.
  private mutating func deny(_ ports: ServicePorts, _ word: String) throws(EditError) {
    let holders = try holders { $0.overlaps(ports) }
    let wider = holders.filter { holder in !holder.isPlain || !holder.ports.allSatisfy { ports.covers($0) } }
    guard wider.isEmpty else {
      throw EditError(
        "\(word): \(Self.list(wider)) \(wider.count == 1 ? "opens" : "open") more than that: deny that, or change the rules"
      )
    }
    if holders.isEmpty { changes.append("\(word) was not allowed") }
    for holder in holders { try deny(holder) }
  }

  /// The services that are allowed, and open such ports.
  private func holders(of isMeant: (ServicePorts) -> Bool) throws(EditError) -> [Service] {
    try group.services.filter { $0.isAllowed && $0.ports.contains(where: isMeant) }
  }

  /// `Web server (80/tcp, rule 2.2)`.
  private static func list(_ services: [Service]) -> String {
    services.map { "\($0.title.visible)\(ports(of: $0)) by rule \($0.number)" }.joined(separator: ", ")
  }

  // MARK: -

  private mutating func adopt(_ result: EditedDocument) throws(EditError) {
    document = try document.after(result)
  }

  private func unknown(_ word: String) throws(EditError) -> EditError {
    let known = try group.words + table.group.words
    let hint =
      nearestName(to: word, in: known).map { "did you mean '\($0.visible)'?" } ?? "'sentry services' lists them"
    return EditError("no service is called '\(word.visible)', nor is that a port such as 8080/tcp; \(hint)")
  }
}

extension EditableDocument {
  /// There are comments in a rule, or at those below it.
  fileprivate func hasRemarks(inside number: RuleNumber) -> Bool {
    let rules = outlined
    guard let rule = rules.firstIndex(where: { $0.number == number.description }) else { return false }
    let below = rules[(rule + 1)...].prefix { $0.depth > rules[rule].depth }
    let comments = RuleComments.all(in: outline)
    return comments[rule]?.areWithin == true || below.indices.contains { comments[$0]?.areThere == true }
  }

  /// Its rules, as an outline shows them.
  var outlined: [OutlinedRule] {
    OutlinedRule.all(in: outline.root, limit: DocumentLimits().rules(inBytes: reading.source.bytes.count))
  }
}
