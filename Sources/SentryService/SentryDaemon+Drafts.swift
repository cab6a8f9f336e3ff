internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

// Drafts: nothing of them is kept here, and nothing of this changes what is in force.

extension SentryDaemon {
  /// The rules in force as an outline, with their counters.
  func outline() async throws(DaemonError) -> OutlineReply {
    let document = active
    let (generation, counters, isOn) = try await ask {
      ($0.engine.rules.generation, $0.engine.counters, $0.isOn)
    }
    let time = WallClock.seconds()
    // Other rules may have come meanwhile: their counters are not these rules'.
    let isCurrent = generation == document.rules.generation
    return await Task.detached {
      let rules = OutlinedRule.all(of: document.rules.ruleSet)
      return OutlineReply(
        document: document.report, fingerprint: Self.fingerprint(of: document.text), enabled: isOn, time: time,
        rules: rules.enumerated().map { OutlineReport($0.element, at: $0.offset) },
        counters: isCurrent ? counters.map { CounterReport($0) } : rules.map { _ in CounterReport(RuleCounters()) })
    }.value
  }

  /// FNV-1a, 64 bits, in hexadecimal digits: the same in every run.
  private static func fingerprint(of text: String) -> String {
    String(text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
  }

  /// Reads a draft, edited first if it is to be.
  nonisolated func draft(_ wanted: DraftRequest) async throws -> DraftReply {
    let running = await runningText()
    let name = (wanted.name ?? running.name).withoutControlCharacters
    return try await drafts.run {
      var reply = DraftReply(wanted.text ?? running.text, name: name, edit: wanted.edit)
      if wanted.text == nil { reply.generation = running.generation }
      return reply
    }
  }

  /// What would become of a draft, were it applied.
  nonisolated func check(_ wanted: DraftCheckRequest) async throws -> DraftCheckReply {
    let running = await runningText()
    let host = await hostFacts()
    return try await trials.run {
      DraftCheckReply(wanted, running: running.text, generation: running.generation, host: host)
    }
  }

  /// Rules of a draft as text of their own.
  ///
  /// - Throws: also `EditError`.
  nonisolated func copy(_ wanted: DraftCopyRequest) async throws -> DraftCopyReply {
    let running = await runningText()
    return try await drafts.run {
      let copied = try CopiedRules(
        of: wanted.rules, from: Array((wanted.text ?? running.text).utf8), fileName: "the draft")
      return DraftCopyReply(snippet: copied.text, count: copied.count)
    }
  }

  private func runningText() -> (name: String, text: String, generation: UInt32) {
    (active.name, active.text, active.rules.generation)
  }

  /// Whom rules had better not catch.
  private func hostFacts() -> HostFacts {
    func addresses(_ reason: ProtectedAddress.Reason) -> [IPAddress] {
      protection.addresses.filter { $0.reason == reason }.map(\.range.first)
    }
    var facts = HostFacts()
    facts.addresses = addresses(.own)
    facts.gateways = addresses(.gateway)
    facts.resolvers = addresses(.resolver)
    facts.now = WallClock.now()
    return facts
  }
}
