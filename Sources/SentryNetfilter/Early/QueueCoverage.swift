internal import SentryPacket
internal import SentryRules

/// Which rules neither the queue nor the early chain can judge everywhere.
struct QueueCoverage {
  private let ruleSet: RuleSet
  private let program: Program

  init(_ ruleSet: RuleSet) {
    self.ruleSet = ruleSet
    program = ruleSet.program()
  }

  /// - Parameters:
  ///   - decidedEarly: places in document order of the rules that the early chain decides.
  ///   - reasons: why it does not decide others.
  func gaps(decidedEarly: Set<Int>, reasons: [Int: String]) -> [EarlyChain.Uncovered] {
    program.instructions.compactMap { instruction in
      let rule = Int(instruction.rule)
      guard let reason = gap(instruction, isEarly: decidedEarly.contains(rule), reasons[rule]) else { return nil }
      return EarlyChain.Uncovered(rule: rule, number: ruleSet.rules[rule].number, reason: reason)
    }
  }

  private func gap(_ instruction: Program.Instruction, isEarly: Bool, _ reason: String?) -> String? {
    switch instruction.test {
    case .number(.fragmentOffset, _) where instruction.asksForLaterFragments:
      if isEarly {
        return isInboundOnly(instruction)
          ? nil : "outbound packets are cut into fragments behind the last place where they can be judged"
      }
      return "fragments are put together before the queue sees them"
        + (reason.map { "; ahead of that, \($0)" } ?? "")
    case .number(.destinationMAC, _):
      return "the kernel's queue does not tell the destination's hardware address"
    case .number(.sourceMAC, _) where !isInboundOnly(instruction):
      return "outbound packets have no hardware address yet where they are judged"
    case .number(.vlan, _):
      return "the kernel takes VLAN tags off before the queue; ask for the VLAN's own interface instead"
    case let test where test.asksForOwner && !program.isAsked(instruction, onlyOf: .outbound):
      return "inbound packets are judged ahead of address translation: those for containers have no process here"
    default:
      return nil
    }
  }

  private func isInboundOnly(_ instruction: Program.Instruction) -> Bool {
    program.isAsked(instruction, onlyOf: .inbound)
  }
}
