internal import SentryControl
internal import SentryRules

/// Who can reach a socket, for people.
struct ReachWords {
  private let ways: [ReachableWayReport]
  private let isLocal: Bool

  /// - Parameter isLocal: it is bound to an address that others cannot send to.
  init(_ ways: [ReachableWayReport], isLocal: Bool) {
    self.ways = ways
    self.isLocal = isLocal
  }

  var reach: ReachableSocketReport.Reach {
    guard !ways.isEmpty else { return isLocal ? .local : .untried }
    if ways.allSatisfy({ $0.open && $0.exceptions.isEmpty }) { return .reachable }
    return ways.allSatisfy { !$0.open && $0.exceptions.isEmpty } ? .blocked : .limited
  }

  /// `reachable`, `blocked by 2.6.1.1.17`, `only from 192.168.0.0/24`; where ways differ, what holds for which:
  /// `reachable at 192.0.2.10, blocked by 4.4 at 2001:db8::10`.
  var text: String {
    guard !ways.isEmpty else { return isLocal ? "only this host" : "not tried" }
    var kinds: [(text: String, ways: [ReachableWayReport])] = []
    for way in ways {
      let text = Self.text(of: way)
      if let index = kinds.firstIndex(where: { $0.text == text }) {
        kinds[index].ways.append(way)
      } else {
        kinds.append((text, [way]))
      }
    }
    guard kinds.count > 1 else { return kinds[0].text }
    if let word = sharedWord(kinds.map(\.ways)) {
      // IPv4 and IPv6 may name different nets, and nothing else may differ.
      return word
    }
    return kinds.map { kind in
      let places = kind.ways.map(\.address)
      return "\(kind.text) at \(Self.list(places))"
    }.joined(separator: ", ")
  }

  /// `only from 192.168.0.0/24, 2001:db8:7::/48`: where all ways are closed by the same rule.
  private func sharedWord(_ kinds: [[ReachableWayReport]]) -> String? {
    let all = kinds.joined()
    guard let first = all.first, all.allSatisfy({ !$0.open && !$0.exceptions.isEmpty }), !first.open else { return nil }
    return "only from " + Self.list(distinct(all.flatMap(\.exceptions)))
  }

  private func distinct(_ words: [String]) -> [String] {
    var known: Set<String> = []
    return words.filter { known.insert($0).inserted }
  }

  private static func text(of way: ReachableWayReport) -> String {
    if way.unjudged { return "reachable (\(way.interface) is not filtered)" }
    switch (way.open, way.exceptions.isEmpty) {
    case (true, true): return "reachable"
    case (true, false): return "reachable, but not from \(list(way.exceptions))"
    case (false, true): return "blocked by \(way.blockedBy == "0" ? "a check before the rules" : way.blockedBy ?? "0")"
    case (false, false): return "only from \(list(way.exceptions))"
    }
  }

  private static func list(_ words: [String]) -> String {
    let shown = words.prefix(4).joined(separator: ", ")
    return words.count > 4 ? "\(shown) and \(words.count - 4) more" : shown
  }
}

/// What others can reach, in one sentence.
struct ReachSentence {
  private let reply: ReachableReply

  init(_ reply: ReachableReply) { self.reply = reply }

  var text: String {
    let limited = names { $0.reach == .limited }
    let open = names { $0.reach == .reachable }.filter { !limited.contains($0) }
    var parts: [String] = []
    if !open.isEmpty { parts.append("others reach \(list(open))") }
    if !limited.isEmpty { parts.append("some others reach \(list(limited))") }
    let nobody =
      reply.incomplete == true ? "nothing was found that others reach" : "others reach no service of this host"
    if parts.isEmpty { parts.append(nobody) }
    parts.append(pings)
    if reply.incomplete == true { parts.append("not everything was tried") }
    let sentence = parts.joined(separator: "; ")
    if !reply.enabled { return "the firewall is off: every packet passes; with it on, \(sentence)" }
    return reply.enforced ? sentence : "sentry only watches; were verdicts carried out: \(sentence)"
  }

  private var pings: String {
    let answered = reply.pings.filter(\.value).map(\.key).sorted()
    if answered.isEmpty { return "pings are not answered" }
    return answered.count == reply.pings.count ? "pings pass" : "pings pass by \(answered.joined()) alone"
  }

  /// `Remote login (22/tcp)`, each once, though it may have several sockets.
  private func names(_ isMeant: (ReachableSocketReport) -> Bool) -> [String] {
    var names: [String] = []
    for socket in reply.sockets where isMeant(socket) {
      let port = "\(socket.port)/\(socket.transport)"
      let name = socket.service.map { "\($0.visible) (\(port))" } ?? port
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  private func list(_ names: [String]) -> String {
    names.count > 12
      ? names.prefix(12).joined(separator: ", ") + " and \(names.count - 12) more" : names.joined(separator: ", ")
  }
}
