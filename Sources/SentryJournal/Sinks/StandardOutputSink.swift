internal import Glibc

/// Writes a line for each entry to standard output, as fast as whoever reads it.
final class StandardOutputSink: LogSink {
  private let format: any LogFormat
  private let descriptor: Int32
  /// What was written last is no whole line.
  private var isTorn = false

  /// Bytes that a pipe takes at once if it takes any (pipe(7)).
  private static let pieceBytes = 4_096

  init(_ format: any LogFormat, descriptor: Int32 = STDOUT_FILENO) {
    self.format = format
    self.descriptor = descriptor
  }

  func reopen() {}

  func write(_ entries: [LogEntry], now: Double) -> SinkOutcome {
    var written = 0
    var block = LineBlock()
    do throws(SinkError) {
      for (index, entry) in entries.enumerated() {
        guard let line = format.line(entry)?.utf8 else { continue }
        if block.bytes.count + line.count >= Self.pieceBytes { try flush(&block, &written) }
        block.append(line, entries: index + 1)
      }
      try flush(&block, &written)
      return SinkOutcome(written: entries.count)
    } catch {
      return SinkOutcome(written: written, problem: error.reason)
    }
  }

  /// Writes the block, and begins another.
  private func flush(_ block: inout LineBlock, _ written: inout Int) throws(SinkError) {
    defer { block = LineBlock() }
    if isTorn {
      let (_, code) = append([UInt8(ascii: "\n")])
      if code != 0 { throw SinkError(code) }
      isTorn = false
    }
    let (count, code) = append(block.bytes)
    let whole = block.wholeLines(in: count)
    written = whole?.entries ?? written
    isTorn = count > whole?.bytes ?? 0
    if code == EAGAIN { throw SinkError("its reader does not keep up") }
    if code != 0 { throw SinkError(code) }
  }

  /// Writes piece by piece, none before there is room for it, so that nobody who does not read can hold us up.
  ///
  /// - Returns: bytes that were written, and if they are not all, an `errno`.
  private func append(_ bytes: [UInt8]) -> (count: Int, code: Int32) {
    var done = 0
    while done < bytes.count {
      guard SystemWait.untilWritable(descriptor) else { return (done, EAGAIN) }
      let (count, code) = SystemWrite.all(Array(bytes[done...].prefix(Self.pieceBytes)), to: descriptor)
      done += count
      if code != 0 { return (done, code) }
    }
    return (done, 0)
  }
}
