internal import ArgumentParser
internal import SentryControl
internal import SentryRules
internal import SentryState

extension Applications {
  enum Switch {
    /// `sentry applications on`
    struct On: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Have the rules go by what was decided about programs.",
        discussion: """
          Switches the group 'Applications' of the rules in force on. Rules that have none get it, before the \
          first that may let a program's packet pass: so it works with any document. What becomes of other programs is written into the settings: at first, people are asked, and after \
          30 seconds without an answer a program may not. Programs that have connections now are asked about, too: allow those you \
          need before, above all the one you came in by (sshd).

            sentry applications allow sshd --inbound; sentry applications on
            sentry applications on --unknown deny
            sentry applications on --unknown ask --timeout 60 --otherwise allow
            sentry applications on --in my.plist
          """)

      @Option(help: "What becomes of other programs: ask, allow or deny.")
      var unknown: UnknownProgram?

      @Option(
        help: ArgumentHelp("How long a question waits: seconds, 1 to 300, or as in 2m.", valueName: "time"),
        transform: seconds)
      var timeout: Int?

      @Option(help: "What holds where nobody answers: allow or deny.")
      var otherwise: UnansweredProgram?

      @Option(
        name: .customLong("in"), help: ArgumentHelp("Edit this document, not the running rules.", valueName: "doc"))
      var document: String?

      @OptionGroup var options: EditOptions

      private static func seconds(_ text: String) throws -> Int {
        let limits = ApplicationSettings.timeoutLimits
        guard let seconds = AddressDuration(text: text)?.seconds.map(Int.init), limits.contains(seconds) else {
          throw ValidationError(
            "'\(text)' is no time that a question may wait: expected \(limits.lowerBound) to \(limits.upperBound) "
              + "seconds, or as in 90s or 2m")
        }
        return seconds
      }

      func run() async throws {
        let choice = ApplicationEditing.Choice(
          unknown: unknown?.meaning, timeoutSeconds: timeout, otherwise: otherwise?.meaning)
        try await Switch.edit(document, options) { editing throws(EditError) in try editing.switchOn(choice) }
        guard document == nil else { return }
        let reply: ApplicationsReply = try await ControlClient.connected(to: options.socket.path) { client in
          try await client.get(ControlPath.applications)
        }
        if let warning = reply.warning { Console.writeError(warning.visible) }
      }
    }

    /// `sentry applications off`
    struct Off: AsyncParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Have the rules ask no more what was decided about programs.",
        discussion: """
          What was decided is remembered.

            sentry applications off
          """)

      @Option(
        name: .customLong("in"), help: ArgumentHelp("Edit this document, not the running rules.", valueName: "doc"))
      var document: String?

      @OptionGroup var options: EditOptions

      func run() async throws {
        try await Switch.edit(document, options) { editing throws(EditError) in try editing.switchOff() }
      }
    }

    private static func edit(
      _ document: String?, _ options: EditOptions,
      _ change: (inout ApplicationEditing) throws(EditError) -> Void
    ) async throws {
      try await EditSession(subject: document.map(EditSubject.file) ?? .running, options: options).run { document in
        var editing = ApplicationEditing(document)
        try change(&editing)
        return Edit(result: try editing.edited, change: editing.changes.joined(separator: "; "))
      }
    }
  }

  enum UnknownProgram: String, ExpressibleByArgument, CaseIterable {
    case ask, allow, deny

    var meaning: ApplicationSettings.Unknown {
      switch self {
      case .ask: .ask
      case .allow: .allow
      case .deny: .deny
      }
    }
  }

  enum UnansweredProgram: String, ExpressibleByArgument, CaseIterable {
    case allow, deny

    var meaning: ApplicationSettings.Otherwise { self == .allow ? .allow : .deny }
  }
}
