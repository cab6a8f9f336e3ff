internal import SentryCapture
internal import SentryControl
internal import SentryDiagnostics
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

// Why a packet goes the way it does: tried on an engine of its own, which knows what the running one knows of the packet's ends.

extension SentryDaemon {
  /// - Throws: `ExplainRefusal`, or `DaemonError.stopped`.
  func explain(_ wanted: ExplainRequest) async throws -> ExplainReply {
    let packet: DescribedPacket
    do throws(NotationError) {
      packet = try PacketNotation.parse(wanted.packet)
    } catch {
      throw ExplainRefusal.unreadablePacket(error.text(about: wanted.packet, called: "packet"))
    }
    let document = active
    let ruleSet = try await rules(of: wanted, or: document.rules.ruleSet)
    var rehearsal = try rehearsal(of: packet, ruleSet)
    rehearsal.countsForRules = false
    // A packet of another time meets another state, which nobody knows.
    if packet.time == nil { try await remember(&rehearsal, isRunning: wanted.text == nil, document) }
    let state = ExplainedStateReport(
      tables: rehearsal.knowledge != nil, connection: rehearsal.knowledge != nil,
      counters: rehearsal.countsForRules, enabled: rehearsal.knowledge?.isOn,
      generation: wanted.text == nil ? document.rules.generation : nil)
    let tried = rehearsal
    let report = try await trials.run { ExplanationReport(tried.explained(by: ruleSet)) }
    return ExplainReply(explanation: report, state: state)
  }

  /// Those of the draft if there is one.
  private nonisolated func rules(of wanted: ExplainRequest, or running: RuleSet) async throws -> RuleSet {
    guard let text = wanted.text else { return running }
    let document = try await trials.run { RuleDocument(reading: text, fileName: "draft") }
    guard let ruleSet = document.ruleSet else {
      let error = document.diagnostics.first { $0.severity == .error }
      throw ExplainRefusal.unusableDraft(error.map { "the draft has errors: \($0.message)" } ?? "the draft has errors")
    }
    return ruleSet
  }

  private func rehearsal(of packet: DescribedPacket, _ ruleSet: RuleSet) throws -> PacketRehearsal {
    let known = (try? NetworkInterface.all()) ?? []
    let host = HostAddresses(of: known, preferring: interfaceNames, ruleSet.settings)
    let interface = PacketRehearsal.interface(
      of: packet, among: interfaceNames, loopbacks: Set(known.filter(\.isLoopback).map(\.name)), ruleSet)
    let own = known.flatMap(\.addresses).map { AddressRange(prefix: $0, length: 128) }
    let local = host.ranges(with: own + ruleSet.settings.localNetworks)
    do throws(NotationError) {
      try packet.checkDirection(on: host, local: local, isLoopback: interface.isLoopback)
    } catch {
      throw ExplainRefusal.unreadablePacket(error.text(about: packet.text, called: "packet"))
    }
    return PacketRehearsal(
      packet: packet, interface: interface, host: host, local: AddressSpans(local), protected: protection.spans,
      knowledge: nil, labels: labels, countsForRules: false, now: packet.time ?? WallClock.now())
  }

  private func remember(
    _ rehearsal: inout PacketRehearsal, isRunning: Bool, _ document: AppliedDocument
  ) async throws(DaemonError) {
    guard
      let flow = PacketRehearsal.flow(
        of: rehearsal.packet, on: rehearsal.host, isLoopback: rehearsal.interface.isLoopback, local: rehearsal.local)
    else { return }
    let knowledge = try await ask { $0.knowledge(of: flow.key, between: flow.ends) }
    // The packet thread's clock may be a little ahead of the wall's: nothing that is known lies in the future.
    let latest = knowledge.entries.values.joined().map(\.lastTime) + [knowledge.connection?.lastTime].compactMap(\.self)
    rehearsal.now = max(rehearsal.now, latest.max() ?? rehearsal.now)
    rehearsal.countsForRules = isRunning && knowledge.generation == document.rules.generation
    rehearsal.knowledge = knowledge
  }
}

extension HostAddresses {
  /// What the document says; else an address of a watched interface, or of any but the loopback.
  fileprivate init(of known: [NetworkInterface], preferring names: [String], _ settings: Settings) {
    let said = HostAddresses(settings)
    let watched = known.filter { names.contains($0.name) && !$0.isLoopback }
    let addresses = (watched + known.filter { !$0.isLoopback }).flatMap(\.addresses)
    let isSaid = { (address: IPAddress) in settings.localNetworks.contains { $0.contains(address) } }
    self.init(
      ipv4: isSaid(said.ipv4) ? said.ipv4 : addresses.first { $0.isIPv4 } ?? said.ipv4,
      ipv6: isSaid(said.ipv6)
        ? said.ipv6 : addresses.first { !$0.isIPv4 && $0.high >> 54 != Self.linkLocal } ?? said.ipv6)
  }

  /// The first ten bits of addresses that hold on one link only, fe80::/10 (RFC 4291 §2.4).
  private static let linkLocal: UInt64 = 0xFE80 >> 6
}
