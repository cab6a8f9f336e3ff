internal import SentryPacket

extension NotationParser {
  /// `syn`, `syn,ack`, and `ack 77` with the number that is acknowledged.
  ///
  /// - Returns: false if the token names no flags.
  mutating func readFlags(_ token: NotationToken, into draft: inout PacketDraft) throws(NotationError) -> Bool {
    let names = token.text.lowercased().split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    let bits = names.map { Self.flags[$0] }
    guard bits.contains(where: { $0 != nil }) else { return false }
    for (name, bit) in zip(names, bits) where bit == nil {
      throw .badValue(.unknownWord(name[...], expected: TCPFlagNames.all), at: token.range)
    }
    try draft.noteHeader(token, isFitting: true, "TCP")
    if draft.isWithoutFlags { throw .contradiction(token, NotationWord.noFlags.rawValue) }
    draft.packet.tcpFlags = bits.reduce(draft.packet.tcpFlags ?? 0) { $0 | ($1 ?? 0) }
    if names.contains("ack"), isAtNumber {
      draft.packet.acknowledgement = UInt32(truncatingIfNeeded: try takeNumber(Self.sequenceNumbers))
    }
    return true
  }

  private static let flags = Dictionary(
    uniqueKeysWithValues: TCPFlagNames.all.enumerated().map { ($0.element, UInt8(1) << UInt8($0.offset)) })

  private static let sequenceNumbers: ClosedRange<UInt64> = 0...UInt64(UInt32.max)

  /// Words about the TCP header; `token` is the word. `seq` is an echo's, too.
  mutating func readTCP(_ word: NotationWord, _ token: NotationToken, into draft: inout PacketDraft)
    throws(NotationError)
  {
    if word == .seq, draft.packet.transport.isICMP { return try readEchoSequence(token, into: &draft) }
    try draft.noteHeader(token, isFitting: draft.packet.transport == .tcp, "TCP")
    switch word {
    case .noFlags:
      if draft.packet.tcpFlags != nil { throw .contradiction(token, "the flags before it") }
      draft.packet.tcpFlags = 0
    case .seq: draft.packet.sequence = try take32()
    case .window: draft.packet.window = UInt16(truncatingIfNeeded: try takeNumber(0...65_535))
    default:
      draft.packet.tcpOptions += try readTCPOption(word)
      if draft.packet.tcpOptions.count > 40 { throw .tooLong("the TCP options", limit: 40, at: token.range) }
    }
  }

  private mutating func take32() throws(NotationError) -> UInt32 {
    UInt32(truncatingIfNeeded: try takeNumber(Self.sequenceNumbers))
  }

  /// RFC 9293 §3.2, RFC 7323, RFC 2018.
  private mutating func readTCPOption(_ word: NotationWord) throws(NotationError) -> [UInt8] {
    switch word {
    case .mss: return [2, 4] + .init(networkOrder: UInt16(truncatingIfNeeded: try takeNumber(0...65_535)))
    case .wscale: return [3, 3, UInt8(truncatingIfNeeded: try takeNumber(0...255))]
    case .sackok: return [4, 2]
    case .sack: return try readSelectiveAcknowledgement()
    case .timestamps:
      return try [8, 10] + .init(networkOrder: take32()) + .init(networkOrder: isAtNumber ? take32() : 0)
    case .tcpOption: return try readOption(UInt8(truncatingIfNeeded: try takeNumber(0...255)))
    default: return [1]  // nop
    }
  }

  /// `100-200`: the bytes that have come, the second number being the first that has not.
  private mutating func readSelectiveAcknowledgement() throws(NotationError) -> [UInt8] {
    let token = try takeWord("two sequence numbers such as 100-200")
    guard let (left, right) = token.text[...].halves(around: "-"), let left = UInt32(left), let right = UInt32(right)
    else { throw .unexpected(token, expected: "two sequence numbers such as 100-200") }
    return [5, 10] + .init(networkOrder: left) + .init(networkOrder: right)
  }
}

/// The names of TCP flags, the one of bit 0 first (RFC 9293 §3.1).
package enum TCPFlagNames {
  static let all = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"]

  /// `syn,ack`; empty if none is on.
  package static func text(of flags: UInt8) -> String {
    all.enumerated().filter { flags >> UInt8($0.offset) & 1 == 1 }.map(\.element).joined(separator: ",")
  }

  /// The flags of such a text; what is no name counts for nothing.
  package static func flags(in text: String) -> UInt8 {
    text.split(separator: ",").reduce(0) { flags, name in
      all.firstIndex { $0 == name }.map { flags | 1 << UInt8($0) } ?? flags
    }
  }
}
