internal import Foundation
internal import SentryControl
internal import SentryPacket
internal import SentryRules

/// What requests about programs say, in words.
enum PermissionWords {
  static func decision(_ text: String, _ what: String) throws(PermissionRefusal) -> KeptPermission.Decision {
    guard let decision = KeptPermission.Decision(rawValue: text) else {
      throw PermissionRefusal(.unusable, "\(what) must be allow or deny, found '\(text.visible)'")
    }
    return decision
  }

  /// `nil`: as it was before; `.some(nil)`: no longer decided.
  static func wish(_ text: String?, _ what: String) throws(PermissionRefusal) -> KeptPermission.Decision?? {
    guard let text else { return nil }
    if text == PermissionRequest.undecided { return .some(nil) }
    guard let decision = KeptPermission.Decision(rawValue: text) else {
      throw PermissionRefusal(.unusable, "\(what) must be allow, deny or undecided, found '\(text.visible)'")
    }
    return decision
  }

  static func user(_ text: String?) throws(PermissionRefusal) -> UInt32? {
    guard let text else { return nil }
    guard let user = UInt32(text) ?? UserNames.number(of: text) else {
      throw PermissionRefusal(.unusable, "this host has no user called '\(text.visible)'")
    }
    return user
  }

  /// Why there is nothing to take back, and what else there is.
  static func nothing(about path: String, _ user: UInt32?, _ others: [KeptPermission]) -> String {
    let whose = user.map { " for \((UserNames.name(of: $0) ?? "\($0)").visible) alone" } ?? ""
    let what = others.map { $0.user == nil ? "\($0.text), for everybody" : $0.text }
    return "nothing was decided about \(path.visible)\(whose)"
      + (what.isEmpty ? "" : "; what was decided: \(what.joined(separator: "; "))")
  }

  /// The path as the kernel knows it, where something is there.
  static func path(_ text: String) throws(PermissionRefusal) -> String {
    guard text.hasPrefix("/"), text.utf8.count <= 4_096, !text.utf8.contains(0) else {
      throw PermissionRefusal(
        .unusable, "'\(text.visible)' is no path from the root, such as /usr/bin/curl")
    }
    return resolved(text)
  }

  static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}

extension KeptPermission.Decision {
  var past: String { self == .allow ? "allowed" : "denied" }
}

extension KeptPermission {
  /// `inbound allowed, outbound denied, for anna alone`
  var text: String {
    let ways = [("inbound", inbound), ("outbound", outbound)].compactMap { name, decision in
      decision.map { "\(name) \($0.past)" }
    }
    let whose = user.map { ", for \((UserNames.name(of: $0) ?? "\($0)").visible) alone" } ?? ""
    return (ways.isEmpty ? "nothing any longer" : ways.joined(separator: ", ")) + whose
  }
}

extension ApplicationSettings {
  /// What counts as the answer where there is none.
  var unansweredDecision: KeptPermission.Decision { unanswered == .allowed ? .allow : .deny }
}
