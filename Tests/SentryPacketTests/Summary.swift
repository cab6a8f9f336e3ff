import SentryPacket

/// What the decoder made of a frame, in one line that a row of a table can hold; only what is present is in it:
/// `ip v4 44 bytes 203.0.113.9:40000 > 192.0.2.10:23 protocol 6 flags 2 tcpOptions 54..<58 payload 58..<58`.
func summary(of frame: [UInt8], linkType: LinkType = .ethernet, wireLength: Int? = nil) -> String {
  var fields = PacketFields()
  let kind = fields.decode(frame, linkType: linkType, wireLength: wireLength)
  return ([kind == .notIP ? "notIP" : "\(kind) v\(fields.version) \(fields.byteCount) bytes"] + parts(of: fields))
    .joined(separator: " ")
}

extension PacketFields {
  /// Decodes an array; without `wireLength` it is the whole frame.
  mutating func decode(_ frame: [UInt8], linkType: LinkType, wireLength: Int? = nil) -> FrameKind {
    frame.withRawSpan { decode($0, linkType: linkType, wireLength: wireLength ?? frame.count) }
  }
}

private func parts(of fields: PacketFields) -> [String] {
  func port(_ value: UInt16) -> String { fields.has(.ports) ? ":\(value)" : "" }
  var parts: [String] = []
  if fields.has(.addresses) {
    parts.append("\(fields.source)\(port(fields.sourcePort)) > \(fields.destination)\(port(fields.destinationPort))")
  }
  if fields.isFirstFragment { parts.append("first of \(fields.identification)") }
  if fields.isLaterFragment {
    parts.append("\(fields.fragmentOffset)\(fields.hasMoreFragments ? "+" : "") of \(fields.identification)")
  }
  if fields.has(.protocolNumber) { parts.append("protocol \(fields.protocolNumber)") }
  if fields.has(.ipOptions), !fields.ipOptions.isEmpty { parts.append("ipOptions \(fields.ipOptions)") }
  if fields.has(.tcpFlags) { parts.append("flags \(fields.tcpFlags)") }
  if fields.has(.tcpOptions) { parts.append("tcpOptions \(fields.tcpOptions)") }
  if fields.has(.icmp) { parts.append("icmp \(fields.icmpType),\(fields.icmpCode)") }
  if fields.has(.icmpv6) { parts.append("icmpv6 \(fields.icmpType),\(fields.icmpCode)") }
  if fields.has(.icmpIdentifier) { parts.append("identifier \(fields.icmpIdentifier)") }
  if fields.has(.payload) { parts.append("payload \(fields.payload)") }
  return parts
}
