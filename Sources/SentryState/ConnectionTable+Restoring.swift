internal import SentryPacket

extension ConnectionTable {
  /// Enters a flow as another table has it, for trying what would become of its next packet. What only the kernel's part and proofs
  /// of addresses need is not restored.
  ///
  /// - Parameter entry: of a flow that is not in the table, and is not later than any that is.
  public mutating func restore(_ entry: ConnectionEntry) {
    let isInbound = entry.firstDirection == .inbound
    let (source, destination) = isInbound ? (entry.remote, entry.local) : (entry.local, entry.remote)
    let flow = FlowKey(
      protocolNumber: entry.protocolNumber, source: source, destination: destination, direction: entry.firstDirection)
    guard lookup(flow, now: entry.lastTime) == nil else { return }
    let record = ConnectionRecord(flow, restoring: entry)
    _ = table.insert(record, in: record.limit.rawValue, now: entry.lastTime)
  }
}
