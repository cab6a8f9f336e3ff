internal import SentryControl
internal import SentryPacket

// What goes out of the daemon, and what works for it.

extension DaemonMetrics {
  func addLog(to text: inout ExpositionText) {
    text.add(
      "sentry_events_lost_total", .counter, "Events that did not fit between the packet thread and the log.",
      Number(status.lostEvents))
    guard let log = status.log else { return }
    text.add("sentry_log_enabled", .gauge, "1 while what rules log is written.", Number(log.enabled))
    text.add(
      "sentry_log_suppressed_total", .counter, "Entries beyond what a rule may log.", Number(log.suppressed))
    text.add(
      "sentry_log_unwritten_total", .counter, "Entries that came while the log was off.", Number(log.unwritten))
    func samples(_ value: (LogPlaceReport) -> Number) -> [Sample] {
      log.places.map { place in
        let labels = [("place", place.place), ("format", place.form ?? "")]
        var sample = Sample(value(place))
        sample.labels = labels.map { (name: $0.0, value: $0.1) }
        return sample
      }
    }
    text.add(
      "sentry_log_up", .gauge, "1 while a place of the log can be written.", samples { Number($0.problem == nil) })
    text.add("sentry_log_written_total", .counter, "Entries written to a place.", samples { Number($0.written) })
    text.add("sentry_log_lost_total", .counter, "Entries missing at a place.", samples { Number($0.lost) })
  }

  func addMemory(to text: inout ExpositionText) {
    guard let memory = status.memory else { return }
    text.add("sentry_store_up", .gauge, "1 while the memory on disk can be written.", Number(memory.problem == nil))
    text.add("sentry_store_bytes", .gauge, "What the memory on disk holds.", Number(memory.bytes))
    text.add("sentry_store_written_total", .counter, "Log entries written to the disk.", Number(memory.written))
    text.add(
      "sentry_store_lost_total", .counter, "What is missing on the disk because it could not be written.",
      [
        Sample(Number(memory.lost), ("kind", "log_entry")),
        Sample(Number(memory.lostConnections ?? 0), ("kind", "connection")),
      ])
  }

  func addDocuments(to text: inout ExpositionText) {
    let document = status.document
    text.add(
      "sentry_document_generation", .gauge, "Counts the documents in force since the start, from 1.",
      Number(document.generation))
    text.add(
      "sentry_document_applied_timestamp_seconds", .gauge, "When the rules in force were put there, since 1970.",
      Number(document.appliedTime))
    text.add(
      "sentry_document_rules", .gauge, "Rules of the document, disabled ones included.", Number(document.ruleCount))
    text.add(
      "sentry_document_on_trial", .gauge, "1 while the rules in force wait to be confirmed.",
      Number(status.trial != nil))
    text.add(
      "sentry_applies_total", .counter, "What became of documents that were to be put in force.",
      [
        Sample(Number(outcomes.applied), ("result", "applied")),
        Sample(Number(outcomes.edited), ("result", "edited")),
        Sample(Number(outcomes.refused), ("result", "refused")),
        Sample(Number(outcomes.rolledBack), ("result", "rolled_back")),
        Sample(Number(outcomes.unconfirmed), ("result", "unconfirmed")),
      ])
  }

  /// The processes beside the daemon.
  func addHelpers(to text: inout ExpositionText) {
    if let notifications = status.notifications {
      text.add(
        "sentry_notifications_total", .counter, "What became of notifications.",
        notifications.kinds.flatMap { kind in
          [
            Sample(Number(kind.sent), ("action", kind.action), ("result", "succeeded")),
            Sample(Number(kind.failed), ("action", kind.action), ("result", "failed")),
            Sample(Number(kind.suppressed), ("action", kind.action), ("result", "suppressed")),
          ]
        })
      text.add(
        "sentry_notifications_waiting", .gauge, "Notifications that are not carried out yet.",
        Number(notifications.waiting))
    }
    if let owners = status.owners {
      text.add(
        "sentry_owner_lookups_total", .counter, "Packets whose processes were looked up.", Number(owners.lookups))
      text.add(
        "sentry_owner_unanswered_total", .counter, "Packets that counted as nobody's because no answer came in time.",
        Number(owners.unanswered))
    }
    let helpers = [
      ("notifications", status.notifications.map { ($0.process, $0.losses) }),
      ("owners", status.owners.map { ($0.process, $0.losses) }),
    ]
    text.add(
      "sentry_helper_up", .gauge, "1 while a process beside the daemon runs.",
      helpers.compactMap { name, helper in helper.map { Sample(Number($0.0 != nil), ("helper", name)) } })
    text.add(
      "sentry_helper_losses_total", .counter, "How often such a process ended by itself.",
      helpers.compactMap { name, helper in helper.map { Sample(Number($0.1), ("helper", name)) } })
  }

  /// Under the names that Prometheus' libraries have for every program.
  func addProcess(to text: inout ExpositionText) {
    text.add(
      "process_start_time_seconds", .gauge, "When the daemon started, since 1970.", Number(status.startTime))
    text.add(
      "process_cpu_seconds_total", .counter, "Processor time of all threads.", Number(process.processorSeconds))
    text.add(
      "process_resident_memory_bytes", .gauge, "Memory in use, library pages included.",
      process.residentBytes.map { Number($0) })
    text.add(
      "sentry_own_memory_bytes", .gauge, "Memory that is the process's own (RssAnon).",
      process.ownBytes.map { Number($0) })
    text.add("process_open_fds", .gauge, "Open files and sockets.", process.openFiles.map { Number($0) })
  }
}

extension Verdict {
  /// As a label has it: `drop_connection` where reports say `dropConnection`.
  var metricName: String {
    switch self {
    case .pass, .delete, .reject, .delay: name
    case .dropConnection: "drop_connection"
    case .routeTo: "route_to"
    }
  }
}
