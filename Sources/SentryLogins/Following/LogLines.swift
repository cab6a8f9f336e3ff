/// Cuts what comes of a log into lines, whatever pieces it comes in.
///
/// A line longer than `longest` bytes is passed over as a whole: its beginning alone would say nothing that can be relied on. Lines of a
/// web server are as long as the header fields of a request, each byte of which may take four.
public struct LogLines: Sendable {
  /// Bytes of a line, the line feed not counted.
  public static let longest = 131_072

  /// The beginning of a line whose end has not come.
  private var pending: [UInt8] = []
  private var isSkipping = false
  /// What is passed over is the rest of a line whose beginning was not for us.
  private var isFragment = false
  /// Lines so far, those passed over included.
  public private(set) var count: UInt64 = 0
  /// Lines that were too long.
  public private(set) var tooLong: UInt64 = 0

  public init() {}

  /// Bytes of the line that is not complete, those passed over not counted.
  public var pendingCount: Int { pending.count }

  /// Hands each line that is complete now to `body`.
  public mutating func feed(_ bytes: ArraySlice<UInt8>, _ body: (Span<UInt8>) -> Void) {
    let span = bytes.span
    var start = 0
    while start < span.count {
      let end = span.place(of: UInt8(ascii: "\n"), from: start, before: span.count)
      let isWhole = end < span.count
      if pending.isEmpty, !isSkipping, isWhole, end - start <= Self.longest {
        count += 1
        body(span.extracting(start..<end))
      } else {
        take(span, start..<end)
        if isWhole { finish(body) }
      }
      start = end + 1
    }
  }

  private mutating func take(_ span: Span<UInt8>, _ range: Range<Int>) {
    guard !isSkipping else { return }
    guard pending.count + range.count <= Self.longest else {
      isSkipping = true
      pending = []
      return
    }
    for place in range { pending.append(span[place]) }
  }

  private mutating func finish(_ body: (Span<UInt8>) -> Void) {
    if !isFragment { count += 1 }
    if !isSkipping { body(pending.span) } else if !isFragment { tooLong += 1 }
    pending.removeAll(keepingCapacity: true)
    isSkipping = false
    isFragment = false
  }

  /// The line that is not complete never will be.
  public mutating func forget() {
    pending = []
    isSkipping = false
    isFragment = false
  }

  /// What comes is the rest of a line: it is passed over, for it could look like a line of its own.
  public mutating func beginInLine() {
    forget()
    isSkipping = true
    isFragment = true
  }
}
