// Which ends of connections have shown that they receive what is sent to them.
//
// Whoever forges a source address does not see the answers. The number that a SYN of ours carries, alone or with an ACK, is known to
// its receiver only: an ACK that says the number after it proves that the sender is where its address says (RFC 9293 §3.10.7, RFC
// 6528). So of the latest SYN that left the number is kept, and of what arrives it is noted whether it acknowledges that.
//
// Forged packets cannot set the number: only packets that leave do.

public import SentryPacket

extension ConnectionTable {
  /// Follows one packet of a flow: one that has been entered.
  public mutating func followProof(_ numbers: TCPNumbers, of flow: FlowKey, at slot: TableSlot) {
    if flow.isOutbound {
      if numbers.hasSYN { table[slot.index].await(acknowledgement: numbers.sequence &+ 1) }
    } else if proves(numbers, at: slot) {
      table[slot.index].noteProof()
    }
  }

  /// The remote end of a flow has acknowledged a SYN that left, with this packet at the latest.
  ///
  /// - Parameter numbers: those of a packet that arrives.
  public mutating func isProven(by numbers: TCPNumbers, at slot: TableSlot) -> Bool {
    table[slot.index].isProven || proves(numbers, at: slot)
  }

  /// The same of a flow of which the slot is not known. Changes nothing.
  public func isProven(by numbers: TCPNumbers, of flow: FlowKey, now: Timestamp) -> Bool {
    guard flow.isKnown, let slot = table.peek(flow.identity, now: now) else { return false }
    return table[slot].isProven || proves(numbers, at: TableSlot(slot))
  }

  private func proves(_ numbers: TCPNumbers, at slot: TableSlot) -> Bool {
    numbers.hasACK && table[slot.index].awaited == numbers.acknowledgement
  }
}
