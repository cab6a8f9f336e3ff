public import Foundation

/// One line of text for one packet, to read and to write: `tcp 203.0.113.9:40000 > me:23 syn in external`.
///
/// docs/Notation.md has the grammar with examples.
public enum PacketNotation {
  /// Every word that may follow the addresses: for guides and completion.
  public static let words: [String] =
    NotationWord.allCases.map(\.rawValue) + TCPFlagNames.all
    + [true, false].flatMap { ICMPNotation.messages(isIPv4: $0).names }

  /// Reads a line. Any text will do; what is no description of a packet is told with its place.
  ///
  /// - Parameter timeZone: what times without a zone of their own count in.
  public static func parse(_ text: String, timeZone: TimeZone = .current) throws(NotationError) -> DescribedPacket {
    var parser = NotationParser(tokens: try NotationScanner.tokens(of: text), timeZone: timeZone)
    let packet = try parser.readLine()
    let around = parser.surroundings
    return DescribedPacket(
      text: text, direction: around.direction, directionRange: around.directionRange,
      interfaceName: around.interfaceName, isExternal: around.isExternal,
      time: around.time, process: around.process, link: around.link, packet: packet)
  }
}
