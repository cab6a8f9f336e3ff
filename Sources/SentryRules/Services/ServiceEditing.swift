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
    _ = try group
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
    if let sources, sources != service.sources { service = try rewrite(service, sources) }
    if !service.isAllowed { try adopt(document.setEnabled(true, [service.number])) }
    let verb = wasAllowed ? sources == nil ? "was allowed already" : "is allowed" : "allowed"
    changes.append("\(service.title.visible) \(verb)\(Self.ports(of: service))" + Self.limits(service.sources))
  }

  /// ` (22/tcp)`; empty where its name says it.
  private static func ports(of service: Service) -> String {
    service.portList == service.title ? "" : " (\(service.portList))"
  }

  private static func limits(_ sources: [String]) -> String {
    sources.isEmpty ? "" : ", only from \(sources.map(\.visible).joined(separator: ", "))"
  }

  /// That of the document; else it comes from the table, or is made for the ports.
  private mutating func service(toAllow word: String) throws(EditError) -> Service {
    if let known = try group.service(called: word) { return known }
    if let listed = table.group.service(called: word) {
      return try take(in: try table.snippet(of: listed), called: listed.name)
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

  /// Writes the rule of a service anew, on, for other sources.
  private mutating func rewrite(_ service: Service, _ sources: [String]) throws(EditError) -> Service {
    guard service.isPlain, !service.ports.isEmpty else {
      throw EditError(
        "rule \(service.number), \(service.title.visible), asks for more than ports: say in the document who may use it"
      )
    }
    let text = ServiceRuleText.text(name: service.name, ports: service.ports, sources: sources)
    try adopt(document.paste(Snippet(reading: Array(text.utf8), fileName: "the new rule"), .after(service.number)))
    try adopt(document.delete([service.number]))
    var service = service
    (service.sources, service.isAllowed) = (sources, true)
    return service
  }

  // MARK: Denying

  /// - Parameter word: as for `allow`.
  public mutating func deny(_ word: String) throws(EditError) {
    let group = try group
    if let service = group.service(called: word) {
      if service.isAllowed { try adopt(document.setEnabled(false, [service.number])) }
      let verb = service.isAllowed ? "denied" : "was denied already"
      return changes.append("\(service.title.visible) \(verb)\(Self.ports(of: service))")
    }
    if let ports = ServicePorts(word) {
      let holder = group.services.first { $0.isAllowed && $0.ports.contains { $0.covers(ports) } }
      guard let holder else { return changes.append("\(word) was not allowed") }
      throw EditError(
        "\(word) belongs to \(holder.title.visible) (\(holder.portList)): deny that, or change rule \(holder.number)")
    }
    guard let listed = table.group.service(called: word) else { throw try unknown(word) }
    changes.append("\(listed.title.visible) was denied already\(Self.ports(of: listed))")
  }

  // MARK: -

  private mutating func adopt(_ result: EditedDocument) throws(EditError) {
    document = try EditableDocument(reading: result.bytes, fileName: document.name)
  }

  private func unknown(_ word: String) throws(EditError) -> EditError {
    let known = try group.words + table.group.words
    let hint =
      nearestName(to: word, in: known).map { "did you mean '\($0.visible)'?" } ?? "'sentry services' lists them"
    return EditError("no service is called '\(word.visible)', nor is that a port such as 8080/tcp; \(hint)")
  }
}

extension EditableDocument {
  /// Its rules, as an outline shows them.
  var outlined: [OutlinedRule] {
    OutlinedRule.all(in: outline.root, limit: DocumentLimits().rules(inBytes: reading.source.bytes.count))
  }
}
