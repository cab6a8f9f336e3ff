/// Writes to systemd's journal in its own protocol: a datagram with the fields of `JournalRecord`.
final class JournalSink: LogSink {
  private let sink: DatagramSink

  init(path: String) { sink = DatagramSink(path: path) }

  func write(_ entries: [LogEntry], now: Double) -> SinkOutcome { sink.write(entries) { JournalRecord($0).bytes } }

  func reopen() { sink.reopen() }
}
