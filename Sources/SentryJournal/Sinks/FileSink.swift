internal import Foundation

/// Appends to a file, a line for each entry, and lets it make way for a fresh one in time.
///
/// Whoever moves or removes the file (logrotate(8)) finds a fresh one in its place with the next entry. A line is written whole or not
/// at all: of what a full disk took, no half of a line stays.
final class FileSink: LogSink {
  private let path: String
  private let format: any LogFormat
  private let rotation: LogRotation
  private let clock: LocalTime
  private var file: OpenLogFile?
  /// The day on which the file was last written: `2024-05-06`.
  private var day = ""
  /// The file ends in the middle of a line that could not be taken back.
  private var isTorn = false
  /// Why the file did not make way when it was time to.
  private var rotationProblem: String?

  private static let blockBytes = 65_536

  init(path: String, format: any LogFormat, rotation: LogRotation, timeZone: TimeZone) {
    self.path = path
    self.format = format
    self.rotation = rotation
    clock = LocalTime(timeZone: timeZone)
  }

  func reopen() { file = nil }

  func write(_ entries: [LogEntry], now: Double) -> SinkOutcome {
    var progress = Progress()
    rotationProblem = nil
    do throws(SinkError) {
      try write(entries, now, &progress)
      return SinkOutcome(written: entries.count, problem: rotationProblem)
    } catch {
      return SinkOutcome(written: progress.written, problem: error.reason)
    }
  }

  /// How far a call has come.
  private struct Progress {
    /// Entries in the file.
    var written = 0
    /// Lines to be written next.
    var block = LineBlock()
    /// Bytes of the file with these lines.
    var bytes: Int64 = 0
  }

  private func write(_ entries: [LogEntry], _ now: Double, _ progress: inout Progress) throws(SinkError) {
    let today = String(clock.text(secondsSince1970: now).prefix(10))
    try prepare(today, &progress)
    for (index, entry) in entries.enumerated() {
      guard let line = format.line(entry)?.utf8 else { continue }
      if let limit = rotation.bytes, progress.bytes > 0, progress.bytes + Int64(line.count) + 1 > limit,
        rotationProblem == nil
      {
        try flush(&progress)
        try rotate(&progress)
      }
      progress.block.append(line, entries: index + 1)
      progress.bytes += Int64(line.count) + 1
      if progress.block.bytes.count >= Self.blockBytes { try flush(&progress) }
    }
    try flush(&progress)
    if rotationProblem == nil { day = today }
  }

  /// Makes sure that the right file is open.
  private func prepare(_ today: String, _ progress: inout Progress) throws(SinkError) {
    if file?.isAt(path) == false { file = nil }
    let size = try openFile().size
    progress.bytes = size.isOfFile ? size.bytes : 0
    if rotation.isDaily, progress.bytes > 0, day < today { try rotate(&progress) }
  }

  private func openFile() throws(SinkError) -> OpenLogFile {
    if let file { return file }
    let opened = try OpenLogFile(path: path)
    file = opened
    isTorn = false
    day = String(clock.text(secondsSince1970: opened.size.lastWritten).prefix(10))
    return opened
  }

  /// Writes the block, and begins another.
  private func flush(_ progress: inout Progress) throws(SinkError) {
    let block = progress.block
    guard !block.isEmpty else { return }
    progress.block = LineBlock()
    let file = try openFile()
    if isTorn { isTorn = file.append([UInt8(ascii: "\n")]).count == 0 }
    let start = file.size
    let (count, code) = file.append(block.bytes)
    let whole = block.wholeLines(in: count)
    progress.written = whole?.entries ?? progress.written
    guard count < block.bytes.count else { return }
    if count > whole?.bytes ?? 0 {
      isTorn = !start.isOfFile || !file.cut(to: start.bytes + Int64(whole?.bytes ?? 0))
    }
    throw code == EAGAIN ? SinkError("its reader does not keep up") : SinkError(code)
  }

  // MARK: Old files

  /// Renames the file to `….1`, after every older one has got the next number. Where that is not possible, the file goes on.
  private func rotate(_ progress: inout Progress) throws(SinkError) {
    let code = renameAll()
    guard code == 0 else {
      rotationProblem = "cannot be renamed to make way for a fresh one: \(SystemReason.text(of: code))"
      return
    }
    file = nil
    progress.bytes = 0
    _ = try openFile()
  }

  /// - Returns: 0, or an `errno`.
  private func renameAll() -> Int32 {
    // Safe, this and below: the calls read paths, which live as long as they run.
    guard rotation.kept > 0 else { return unsafe unlink(path) == 0 ? 0 : errno }
    var number = rotation.kept
    while number > 1 {
      let code = unsafe rename("\(path).\(number - 1)", "\(path).\(number)") == 0 ? 0 : errno
      if code != 0, code != ENOENT { return code }
      number -= 1
    }
    return unsafe rename(path, "\(path).1") == 0 ? 0 : errno
  }
}
