public import SentryControl
internal import SentryDiagnostics
internal import SentryJournal

// The log, and where it goes.

extension SentryDaemon {
  /// Switches the log on or off; rules, counters and verdicts go on as they are.
  public func setLogging(_ isOn: Bool) -> EnabledReply {
    let wasOn = journal.setOn(isOn)
    if isOn != wasOn { tell(isOn ? "log on" : "log off: what rules log is not written") }
    return EnabledReply(enabled: isOn, wasEnabled: wasOn)
  }
}

extension Journal {
  var report: LogReport {
    LogReport(
      enabled: isOn, unwritten: unwrittenEntries, entriesPerSecond: options.limit.entriesPerSecond,
      suppressed: suppressedEntries, places: outputStatus.map(\.report))
  }
}

extension LogOutputStatus {
  fileprivate var report: LogPlaceReport {
    LogPlaceReport(
      place: destination.description, form: destination.formName, written: written, lost: lost, problem: problem)
  }
}
