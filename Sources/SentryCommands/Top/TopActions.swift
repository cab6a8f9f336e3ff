internal import Foundation
internal import SentryControl
internal import SentryDiagnostics
internal import SentryRules

/// Carries out what somebody has said yes to on the live screen.
struct TopActions {
  let client: ControlClient

  /// - Returns: what came of it, in a few words. Nothing that the daemon says ends the screen.
  func carryOut(_ action: TopModel.Action) async -> String {
    do throws(CommandFailure) {
      switch action {
      case .setEnabled(let isOn, let rule, let name, let generation):
        return try await setEnabled(isOn, rule, name, generation)
      case .remove(let address): return try await remove(address)
      case .quit, .suspend, .redraw: return ""
      }
    } catch {
      return error.message ?? "it was not done"
    }
  }

  /// As `sentry enable` and `sentry disable` do it: the text in force is edited, unless another came into force meanwhile.
  private func setEnabled(
    _ isOn: Bool, _ number: String, _ name: String, _ generation: UInt32
  ) async throws(CommandFailure) -> String {
    let active: ActiveRulesReply = try await client.get(ControlPath.rules)
    guard active.document.generation == generation,
      active.rules.contains(where: { $0.number == number && $0.name == name })
    else { return "the rules have changed meanwhile; nothing was done" }
    let change = "rule \(number) \(isOn ? "enabled" : "disabled")"
    let bytes: [UInt8]
    do {
      let document = try EditableDocument(reading: Array(active.text.utf8), fileName: active.document.name)
      bytes = try document.setEnabled(isOn, document.rules(named: [number])).bytes
    } catch {
      return "\(error.message); nothing was done"
    }
    let query = [
      ControlPath.documentName: active.document.name, ControlPath.expectedGeneration: String(generation),
      ControlPath.change: change,
    ]
    let reply: ApplyReply = try await client.put(ControlPath.rules, query: query, body: Data(bytes))
    if reply.applied { return change }
    if let lockout = reply.lockout { return "refused: \(lockout.text)" }
    let finding = reply.findings.first { $0.severity == "error" }.map { ": \($0.message)" } ?? ""
    return "the rules as edited were refused\(finding)"
  }

  private func remove(_ address: String) async throws(CommandFailure) -> String {
    guard let body = try? JSONEncoder().encode(TableRemoveRequest(addresses: [address])) else { return "" }
    let reply: TableRemoveReply = try await client.delete(ControlPath.tables + "/trigger", body: body)
    guard reply.missing.isEmpty else { return "\(address) was not there any more" }
    return "\(address) removed"
      + (reply.underWay == true ? "; the kernel has not let go of it yet" : " from table trigger")
  }
}
