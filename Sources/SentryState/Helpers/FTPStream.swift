internal import SentryPacket

/// One direction of a control connection: how far it was read, and the line that is not complete.
struct FTPStream: BitwiseCopyable {
  /// A segment so much further on than what was read belongs to this stream no more; nor does one that acknowledges so much more
  /// than was sent, or less. What is forged by somebody who does not see the numbers seldom comes so near.
  static var window: UInt32 { 65_535 }

  /// The number of the next byte (RFC 9293 §3.4).
  private(set) var next: UInt32 = 0
  /// What comes up to the next line's end was not read from its beginning.
  private(set) var isInMiddle = false
  private(set) var line = FTPLine()

  mutating func begin(at sequence: UInt32) {
    self = FTPStream()
    next = sequence
  }

  /// Moves on by a segment.
  ///
  /// - Returns: which of its bytes were not read before. Where some before it are missing, the line that they belong to is given up;
  ///   if they come later, they are not read any more.
  mutating func advance(to sequence: UInt32, count: Int) -> Range<Int> {
    let known = Int(Int32(bitPattern: next &- sequence))
    guard known < count, known >= -Int(Self.window) else { return 0..<0 }
    if known < 0 { lose() }
    next = sequence &+ UInt32(truncatingIfNeeded: count)
    return max(0, known)..<count
  }

  /// Bytes are missing here.
  mutating func lose() {
    isInMiddle = true
    line.clear()
  }

  /// Takes the next byte.
  ///
  /// - Returns: true if `line` is complete, and whole; `clear` must follow.
  @inline(__always)
  mutating func take(_ byte: UInt8) -> Bool {
    guard line.take(byte) else { return false }
    guard isInMiddle else { return true }
    isInMiddle = false
    line.clear()
    return false
  }

  mutating func clear() { line.clear() }

  /// A number that the other end acknowledges is one of this stream, as far as it was read.
  func mayHaveSent(upTo acknowledgement: UInt32) -> Bool {
    Int32(bitPattern: next &- acknowledgement).magnitude <= Self.window
  }
}
