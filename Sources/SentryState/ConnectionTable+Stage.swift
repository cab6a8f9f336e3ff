/// How far a flow has come, as far as packets tell.
public enum FlowStage: UInt8, Sendable {
  /// One packet.
  case begins
  /// Several, but all from the same end.
  case unanswered
  /// Both ends have spoken.
  case answered
}

extension ConnectionTable {
  /// How far the flow in a slot has come.
  public mutating func stage(at slot: TableSlot) -> FlowStage {
    let slot = slot.index
    if table[slot].reverse.packets > 0 { return .answered }
    return table[slot].forward.packets == 1 ? .begins : .unanswered
  }
}
