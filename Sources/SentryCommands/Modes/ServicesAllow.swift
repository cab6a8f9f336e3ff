internal import ArgumentParser
internal import SentryDiagnostics
internal import SentryPacket
internal import SentryRules

extension Services {
  /// `sentry services allow`
  struct Allow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let others use services of this host.",
      discussion: """
        A service is named as 'sentry services' lists it, or by ports: 8080/tcp, 8000-8010/udp, or 53 for both protocols. Without \
        --from everybody may use it who might before.

          sentry services allow ssh http
          sentry services allow 8080/tcp --from 192.168.0.0/24
          sentry services allow ssh --from any
        """)

    @Argument(help: "Services: ssh, \"Screen sharing\", 8080/tcp.")
    var service: [String]

    @Option(
      help: ArgumentHelp(
        "Only from this net (may be given several times); any lifts that again.", valueName: "net"))
    var from: [String] = []

    @OptionGroup var place: InDocumentOption
    @OptionGroup var options: EditOptions

    func validate() throws {
      guard from != ["any"] else { return }
      for net in from {
        do throws(AddressRangeTextError) {
          _ = try AddressRange(net)
        } catch {
          throw ValidationError(error.message(about: net))
        }
      }
    }

    func run() async throws {
      let sources: [String]? = from.isEmpty ? nil : from == ["any"] ? [] : from
      let table = try ModeDocument.serviceTable()
      try await EditSession(subject: place.subject, options: options).run { document in
        var editing = try ServiceEditing(document, table: table)
        for word in service { try editing.allow(word, from: sources) }
        return try Edit(editing)
      }
    }
  }

  /// `sentry services deny`
  struct Deny: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Keep others from services of this host.",
      discussion: """
        Connections that are open stay open.

          sentry services deny ftp 8080/tcp
        """)

    @Argument(help: "Services: ssh, \"Screen sharing\", 8080/tcp.")
    var service: [String]

    @OptionGroup var place: InDocumentOption
    @OptionGroup var options: EditOptions

    func run() async throws {
      let table = try ModeDocument.serviceTable()
      try await EditSession(subject: place.subject, options: options).run { document in
        var editing = try ServiceEditing(document, table: table)
        for word in service { try editing.deny(word) }
        return try Edit(editing)
      }
    }
  }
}

extension Edit {
  fileprivate init(_ editing: ServiceEditing) throws(EditError) {
    let mode = editing.document.mode
    let rest = mode == .blockAll || mode == .allowAll ? ["'sentry mode services' makes use of that"] : []
    self.init(result: try editing.edited, change: (editing.changes + rest).joined(separator: "; "))
  }
}
