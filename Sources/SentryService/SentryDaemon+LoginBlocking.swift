public import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

// Logins that fail, and who is allowed whatever happens.

extension SentryDaemon {
  /// Begins to follow the logs of the document in force.
  func beginLogins() async {
    let settings = active.rules.ruleSet.settings
    let isKnown = await logins.begin(settings)
    await followAllowed()
    guard !isKnown, !settings.logins.sources.isEmpty, !hasAllowed else { return }
    let nets = LocalNets.current()
    if !nets.isEmpty {
      tell(
        "logins: nobody is allowed yet; to keep the local networks from ever being blocked: sentry allow "
          + nets.map(\.description).joined(separator: " "))
    }
  }

  static func loginDesk(
    _ packets: PacketThread, _ labels: RuleLabels, stateDirectory: String?,
    _ tell: @escaping @Sendable (String) -> Void
  ) -> LoginDesk {
    LoginDesk(
      stateDirectory: stateDirectory,
      LoginDesk.Surroundings(
        block: { address, duration, note in
          let label = labels.number(of: RuleLabel(note: note))
          return try? await packets.perform { $0.block(address, for: duration, triggeredBy: label) }
        }, tell: tell))
  }

  /// What is followed, who is near the limit, who was blocked.
  public func loginsReport() async -> LoginsReply { await logins.reply() }

  // MARK: Who is allowed

  /// Entries of table authorize whose note begins so are of people whom no rule triggers, either.
  static let allowedNote = "allowed"

  /// Protects whoever is allowed now, from the next look around the host on.
  func followAllowed() async {
    let labels = labels
    let ranges = try? await ask { worker in
      worker.authorized { number in
        let label = labels.label(number)
        return label.number.isEmpty && label.name.hasPrefix(Self.allowedNote)
      }
    }
    guard let ranges else { return }
    allowed = ranges.sorted { ($0.first, $0.last) < ($1.first, $1.last) }
    try? await protectAllowed()
  }

  private var hasAllowed: Bool { !allowed.isEmpty }
}
