// The first message of a TLS client names the server it wants, in the clear (RFC 6066 §3). Between the segment's bytes and
// the message lies the record layer: a message may be spread over several records (RFC 8446 §5.1), and a record over
// several segments. `HandshakeReader` hides the records; what is behind the last byte at hand ends the search with
// `incomplete`, what breaks the format with `absent`.

/// The first message of a TLS client (RFC 8446 §4.1.2).
public enum TLSClientHello {
  /// What a search for the server name ended with.
  public enum ServerName: Sendable, Equatable {
    case found(HostName)
    /// A ClientHello as far as it goes. Fewer than `byteCount` bytes, counted from its first, cannot tell more.
    case incomplete(byteCount: Int)
    /// Something else, a ClientHello without a name, or one that does not hold together.
    case absent
  }

  /// The server name in the bytes of `frame` that `payload` covers, which start with a TLS record.
  ///
  /// Works on a segment's payload as on a buffer of several put together. Never reads outside of either, never traps;
  /// linear in the bytes up to the name.
  public static func serverName(in frame: RawSpan, payload: Range<UInt32>) -> ServerName {
    let start = Int(payload.lowerBound)
    var reader = HandshakeReader(from: start, to: min(Int(payload.upperBound), frame.byteCount))
    do {
      return .found(try reader.serverName(frame))
    } catch {
      switch error {
      case .malformed: return .absent
      case .cut(let end): return .incomplete(byteCount: end - start)
      }
    }
  }
}

/// Numbers of RFC 8446 and RFC 6066.
private enum TLS {
  /// Content type of handshake records (RFC 8446 §5.1).
  static let handshake: UInt8 = 22
  /// Upper byte of the record's version, of SSL 3.0 as of TLS 1.3.
  static let majorVersion: UInt8 = 3
  static let longestRecord = 1 << 14
  /// Message type (RFC 8446 §4).
  static let clientHello = 1
  /// Bytes of `legacy_version` and `random`.
  static let versionAndRandom = 2 + 32
  /// Extension type and name type (RFC 6066 §3).
  static let serverName = 0
  static let hostName = 0
}

/// Reads a handshake message through the records that carry it.
private struct HandshakeReader {
  enum Failure: Error {
    /// Not a ClientHello with a server name.
    case malformed
    /// The bytes at hand end before this position.
    case cut(Int)
  }

  /// Of the next byte; may lie behind `end` after a skip.
  private var position: Int
  /// Where the current record ends; at `position` a new one begins.
  private var recordEnd: Int
  /// Where the bytes at hand end.
  private let end: Int

  init(from start: Int, to end: Int) {
    position = start
    recordEnd = start
    self.end = end
  }

  // MARK: The message

  mutating func serverName(_ bytes: RawSpan) throws(Failure) -> HostName {
    var header = 4
    guard try number(ofBytes: 1, within: &header, bytes) == TLS.clientHello else { throw .malformed }
    var message = try number(ofBytes: 3, within: &header, bytes)
    try skip(TLS.versionAndRandom, within: &message, bytes)
    try skipBlock(lengthBytes: 1, within: &message, bytes)  // session identifier
    try skipBlock(lengthBytes: 2, within: &message, bytes)  // cipher suites
    try skipBlock(lengthBytes: 1, within: &message, bytes)  // compression methods
    var extensions = try block(lengthBytes: 2, within: &message, bytes)
    while extensions > 0 {
      let type = try number(ofBytes: 2, within: &extensions, bytes)
      var content = try block(lengthBytes: 2, within: &extensions, bytes)
      if type == TLS.serverName { return try hostName(within: &content, bytes) }
      try skip(content, within: &content, bytes)
    }
    throw .malformed
  }

  /// The first host name of the server name list.
  private mutating func hostName(within extensionLength: inout Int, _ bytes: RawSpan) throws(Failure) -> HostName {
    var list = try block(lengthBytes: 2, within: &extensionLength, bytes)
    while list > 0 {
      let type = try number(ofBytes: 1, within: &list, bytes)
      var length = try block(lengthBytes: 2, within: &list, bytes)
      if type == TLS.hostName { return try name(ofBytes: &length, bytes) }
      try skip(length, within: &length, bytes)
    }
    throw .malformed
  }

  private mutating func name(ofBytes length: inout Int, _ bytes: RawSpan) throws(Failure) -> HostName {
    var name = HostName()
    while length > 0 {
      let byte = UInt8(truncatingIfNeeded: try number(ofBytes: 1, within: &length, bytes))
      guard name.append(byte) else { throw .malformed }
    }
    name.removeTrailingDot()
    guard !name.isEmpty else { throw .malformed }
    return name
  }

  // MARK: Blocks

  // Each block of the message says its length first; `room` is what is left of the block around it.

  /// The length of a block, which is taken off the room it lies in.
  private mutating func block(
    lengthBytes: Int, within room: inout Int, _ bytes: RawSpan
  ) throws(Failure) -> Int {
    let length = try number(ofBytes: lengthBytes, within: &room, bytes)
    guard length <= room else { throw .malformed }
    room -= length
    return length
  }

  private mutating func skipBlock(lengthBytes: Int, within room: inout Int, _ bytes: RawSpan) throws(Failure) {
    var length = try block(lengthBytes: lengthBytes, within: &room, bytes)
    try skip(length, within: &length, bytes)
  }

  /// A number of one to three bytes, in network order.
  private mutating func number(
    ofBytes count: Int, within room: inout Int, _ bytes: RawSpan
  ) throws(Failure) -> Int {
    guard count <= room else { throw .malformed }
    room -= count
    var number = 0
    for _ in 0..<count { number = number << 8 | Int(try nextByte(bytes)) }
    return number
  }

  private mutating func skip(_ count: Int, within room: inout Int, _ bytes: RawSpan) throws(Failure) {
    guard count <= room else { throw .malformed }
    room -= count
    var left = count
    while left > 0 {
      if position == recordEnd { try enterRecord(bytes) }
      let step = min(left, recordEnd - position)
      position += step
      left -= step
    }
  }

  // MARK: Records

  private mutating func nextByte(_ bytes: RawSpan) throws(Failure) -> UInt8 {
    if position == recordEnd { try enterRecord(bytes) }
    let byte = try captured(at: position, bytes)
    position += 1
    return byte
  }

  /// Steps over a record's header; empty records are forbidden (RFC 8446 §5.1).
  private mutating func enterRecord(_ bytes: RawSpan) throws(Failure) {
    guard try captured(at: position, bytes) == TLS.handshake else { throw .malformed }
    guard try captured(at: position + 1, bytes) == TLS.majorVersion else { throw .malformed }
    let upper = try captured(at: position + 3, bytes)
    let lower = try captured(at: position + 4, bytes)
    let length = Int(upper) << 8 | Int(lower)
    guard (1...TLS.longestRecord).contains(length) else { throw .malformed }
    position += 5
    recordEnd = position + length
  }

  private func captured(at position: Int, _ bytes: RawSpan) throws(Failure) -> UInt8 {
    guard position < end, let byte = bytes.wire8(at: position) else { throw .cut(position + 1) }
    return byte
  }
}
