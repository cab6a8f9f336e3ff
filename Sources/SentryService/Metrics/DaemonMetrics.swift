internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryState

/// All that a daemon measures, at one moment, and how it is called (docs/Metrics.md).
///
/// Names follow Prometheus' conventions: `sentry_` in front, counters end in `_total`, units are base units and stand in the name.
struct DaemonMetrics: Sendable {
  typealias Sample = ExpositionText.Sample
  typealias Number = ExpositionText.Number

  let status: StatusReply
  let measures: MeasureSnapshot
  let connections: ConnectionCounts
  let outcomes: ApplyOutcomes
  /// Of the document in force, in its order; none if it has changed meanwhile.
  let rules: [Rule]
  /// Rules that have samples of their own; `nil` for all.
  let ruleLimit: Int?
  let process: ProcessMeasures

  var text: String {
    var text = ExpositionText()
    addProgram(to: &text)
    addPackets(to: &text)
    addRules(to: &text)
    addTables(to: &text)
    addInterfaces(to: &text)
    addQueue(to: &text)
    addKernel(to: &text)
    addBridge(to: &text)
    addRates(to: &text)
    addLog(to: &text)
    addMemory(to: &text)
    addDocuments(to: &text)
    addHelpers(to: &text)
    addProcess(to: &text)
    return text.text
  }

  // MARK: The program

  private func addProgram(to text: inout ExpositionText) {
    text.add(
      "sentry_build_info", .gauge, "Which sentry this is, and how it runs; always 1.",
      [Sample(1, ("version", ProgramVersion.text), ("mode", status.mode))])
    text.add("sentry_uptime_seconds", .gauge, "Since the daemon started.", Number(status.time - status.startTime))
    text.add("sentry_enabled", .gauge, "The master switch: 0 while packets pass unjudged.", Number(status.enabled))
    text.add(
      "sentry_observing", .gauge, "1 while the whole document is only observed.", Number(status.isObserved ?? false))
  }

  // MARK: Packets

  private func addPackets(to text: inout ExpositionText) {
    let totals = measures.totals
    text.add(
      "sentry_packets_total", .counter, "IP packets by what became of them.",
      Verdict.allCases.map { Sample(Number(totals[$0]), ("verdict", $0.metricName)) })
    text.add(
      "sentry_bytes_total", .counter, "IP bytes by what became of their packets.",
      Verdict.allCases.map { Sample(Number(totals.bytes(of: $0)), ("verdict", $0.metricName)) })
    text.add(
      "sentry_direction_packets_total", .counter, "IP packets by direction.",
      [Sample(Number(totals.inbound), ("direction", "in")), Sample(Number(totals.outbound), ("direction", "out"))])
    text.add(
      "sentry_frames_without_ip_total", .counter, "Frames that carry no IP, which pass without a rule.",
      Number(totals.notIP))
    text.add(
      "sentry_builtin_packets_total", .counter, "IP packets that the checks before the rules have decided.",
      BuiltInReason.allCases.map { Sample(Number(totals[$0]), ("reason", $0.name)) })
    text.add(
      "sentry_triggers_prevented_total", .counter, "Packets whose sources rules would have triggered, and why not.",
      [
        Sample(Number(totals[.protected]), ("reason", "protected")),
        Sample(Number(totals[.unproven]), ("reason", "unproven")),
        Sample(Number(totals[.limit]), ("reason", "limit")),
      ])
    let times = measures.times
    text.add(
      histogram: "sentry_evaluation_seconds",
      "How long the judgement of a packet takes; one packet in \(times.interval) is timed.", buckets: times.buckets,
      beyond: times.beyond, sum: Double(times.nanoseconds) / 1e9)
  }

  // MARK: Rules

  private func addRules(to text: inout ExpositionText) {
    let counted = Array(zip(rules, measures.counters).prefix(ruleLimit.map { max(0, $0) } ?? rules.count))
    func samples(_ value: (RuleCounters) -> UInt64) -> [Sample] {
      counted.map { Sample(Number(value($1)), ("number", $0.number), ("name", $0.name)) }
    }
    text.add(
      "sentry_rule_packets_total", .counter, "Packets that a rule has matched.", samples { $0.matchCount })
    text.add(
      "sentry_rule_bytes_total", .counter, "IP bytes of the packets that a rule has matched.",
      samples { $0.byteCount })
    text.add(
      "sentry_rules_without_metrics", .gauge, "Rules that have no samples here, because there are so many.",
      Number(rules.count - counted.count))
  }

  // MARK: Tables

  private func addTables(to text: inout ExpositionText) {
    func samples(_ value: (FillSnapshot) -> Number) -> [Sample] {
      measures.tables.map { Sample(value($0), ("table", $0.name)) }
    }
    text.add("sentry_table_entries", .gauge, "Entries of a table.", samples { Number($0.count) })
    text.add("sentry_table_capacity", .gauge, "Entries that a table has room for.", samples { Number($0.capacity) })
    text.add(
      "sentry_table_evictions_total", .counter, "Entries that others made way for before their time was over.",
      samples { Number($0.evictions) })
    text.add(
      "sentry_connections", .gauge, "Connections that are remembered, by how far they have come.",
      ConnectionCounts.states.enumerated().map { Sample(Number(connections[$0]), ("state", $1)) })
  }

  // MARK: Where packets come from

  private func addInterfaces(to text: inout ExpositionText) {
    func samples(_ value: (InterfaceReport) -> Number) -> [Sample] {
      status.interfaces.map { Sample(value($0), ("interface", $0.name)) }
    }
    text.add(
      "sentry_interface_up", .gauge, "1 while packets of an interface are seen.", samples { Number($0.capturing) })
    text.add(
      "sentry_interface_received_total", .counter, "Frames that an interface had for us, lost ones included.",
      samples { Number($0.received) })
    text.add(
      "sentry_interface_judged_total", .counter, "Frames of an interface that were judged.",
      samples { Number($0.judged) })
    text.add(
      "sentry_interface_unjudged_total", .counter, "Frames that passed while the master switch was off.",
      samples { Number($0.unjudged) })
    text.add(
      "sentry_interface_dropped_total", .counter, "Frames that the capture ring had no room for: nobody has seen them.",
      samples { Number($0.dropped) })
  }

  private func addQueue(to text: inout ExpositionText) {
    guard let queue = status.queue else { return }
    text.add("sentry_queue_up", .gauge, "1 while the kernel hands over packets.", Number(queue.problem == nil))
    text.add("sentry_queue_waiting", .gauge, "Packets that wait for their verdict.", Number(queue.waiting))
    text.add("sentry_queue_held", .gauge, "Packets that a rule delays.", Number(queue.held))
    text.add(
      "sentry_queue_lost_total", .counter, "Packets that the kernel queue has not brought to a verdict, and why.",
      [
        Sample(Number(queue.overflowed), ("reason", "overflow")),
        Sample(Number(queue.undelivered), ("reason", "undelivered")),
        Sample(Number(queue.refused), ("reason", "refused")),
        Sample(Number(queue.vanished), ("reason", "vanished")),
      ])
    text.add(
      "sentry_queue_unsent_total", .counter, "Packets of our own that the system did not take.", Number(queue.unsent))
  }

  /// What of the packet filter is ours: only while the queue is fed.
  private func addKernel(to text: inout ExpositionText) {
    guard let kernel = status.queue?.kernel else { return }
    text.add(
      "sentry_kernel_unjudged_total", .counter, "Packets that met no queue although they should have.",
      Number(kernel.unjudged))
    text.add(
      "sentry_kernel_restorations_total", .counter,
      "How often our part of the packet filter was put back after somebody had changed it.",
      Number(kernel.restorations))
    if let blocks = kernel.blocks {
      text.add(
        "sentry_kernel_blocked_packets_total", .counter,
        "Packets of triggered addresses that the kernel dropped itself.",
        Number(blocks.dropped))
      text.add(
        "sentry_kernel_blocked_entries", .gauge, "Triggered addresses and nets in the kernel.", Number(blocks.entries))
    }
    if let flows = kernel.flows {
      text.add("sentry_kernel_flows", .gauge, "Flows that pass in the kernel, each direction.", Number(flows.entries))
      text.add(
        "sentry_kernel_flow_packets_total", .counter, "Packets that flows in the kernel have carried.",
        Number(flows.packets))
      text.add(
        "sentry_kernel_flow_bytes_total", .counter, "Bytes that flows in the kernel have carried.", Number(flows.bytes))
    }
  }

  private func addBridge(to text: inout ExpositionText) {
    guard let bridge = status.bridge else { return }
    text.add(
      "sentry_bridge_sent_total", .counter, "Frames that the bridge has sent on; each piece of a divided one counts.",
      Number(bridge.passed))
    text.add("sentry_bridge_held", .gauge, "Frames that a rule delays.", Number(bridge.held))
    text.add(
      "sentry_bridge_lost_total", .counter, "Frames that were to pass and did not, and why.",
      [
        Sample(Number(bridge.cut), ("reason", "cut")), Sample(Number(bridge.tooLong), ("reason", "too_long")),
        Sample(Number(bridge.noRoom), ("reason", "no_room")),
        Sample(Number(bridge.failed), ("reason", "interface_down")),
      ])
  }

  private func addRates(to text: inout ExpositionText) {
    func samples(_ value: (RateReport) -> Number) -> [Sample] {
      (status.rates ?? []).map {
        Sample(value($0), ("number", $0.rule), ("name", $0.name), ("direction", $0.direction))
      }
    }
    text.add(
      "sentry_rate_limit_bytes_per_second", .gauge, "What a rule allows all its flows together.",
      samples { Number($0.bitsPerSecond / 8) })
    text.add(
      "sentry_rate_waiting", .gauge, "Packets that wait for their turn under a rate limit.",
      samples { Number($0.waiting) })
    text.add(
      "sentry_rate_held_total", .counter, "Packets that have waited under a rate limit.", samples { Number($0.held) })
    text.add(
      "sentry_rate_dropped_total", .counter, "Packets that a rate limit had no room for.",
      samples { Number($0.dropped) })
  }
}
