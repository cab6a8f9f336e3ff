internal import Algorithms
public import SentryPacket

extension Program {
  /// A rule asks for the process behind packets of this direction.
  public func asksForOwners(of direction: Direction) -> Bool {
    let other: Direction = direction == .inbound ? .outbound : .inbound
    return instructions.contains { $0.test.asksForOwner && !isAsked($0, onlyOf: other) }
  }

  /// The rule of an instruction, or one above it, asks for packets of this direction.
  public func isAsked(_ instruction: Instruction, onlyOf direction: Direction) -> Bool {
    var instruction = instruction
    while true {
      if instruction.asksFor(direction) { return true }
      // Ancestors of a rule in use are in use, so each has an instruction.
      guard let parent = self.instruction(ofRule: instruction.parent) else { return false }
      instruction = parent
    }
  }

  /// By binary search: instructions are in document order.
  private func instruction(ofRule rule: Int32) -> Instruction? {
    let index = instructions.partitioningIndex { $0.rule >= rule }
    return index < instructions.count && instructions[index].rule == rule ? instructions[index] : nil
  }
}

extension Program.Instruction {
  /// No packet of the other direction satisfies it, and every one of this does.
  fileprivate func asksFor(_ direction: Direction) -> Bool {
    guard case .number(.direction, let range) = test else { return false }
    let (this, other): (UInt64, UInt64) = direction == .inbound ? (0, 1) : (1, 0)
    return range.contains(other) == isNegated && range.contains(this) != isNegated
  }
}
