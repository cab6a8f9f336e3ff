/// The beginning of a line of an FTP control connection (RFC 959 §5.3), gathered byte by byte. Fixed storage, no heap.
///
/// Every line that means something to a firewall fits; of a longer one the first bytes are kept and the rest is counted away.
public struct FTPLine: BitwiseCopyable, Sendable {
  /// Bytes that are kept. `EPRT` with the longest address takes 60.
  public static let capacity = 128

  private var bytes = InlineArray<128, UInt8>(repeating: 0)
  /// Bytes there are, 0...`capacity`.
  public private(set) var count = 0
  /// There were more.
  public private(set) var isCut = false

  public init() {}

  /// The byte at `index`; `nil` behind the last.
  public func byte(at index: Int) -> UInt8? { index >= 0 && index < count ? bytes[index] : nil }

  /// Takes one byte of the stream. Commands of Telnet (RFC 854), which may stand before a word, are no part of the line, nor is the
  /// CR before its end.
  ///
  /// - Returns: true at the line's end.
  public mutating func take(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "\n") { return true }
    if byte >= Self.firstTelnetCommand || byte == UInt8(ascii: "\r") { return false }
    if count < Self.capacity {
      bytes[count] = byte
      count += 1
    } else {
      isCut = true
    }
    return false
  }

  /// The next byte begins a line.
  public mutating func clear() {
    count = 0
    isCut = false
  }

  /// `SE`, the lowest of them; in text such a byte never begins a character (RFC 3629 §1).
  private static let firstTelnetCommand: UInt8 = 240
}
