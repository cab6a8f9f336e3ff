internal import SentryPacket

/// A rule as ipfw(8) has it.
struct IPFWRule {
  enum Action: Equatable {
    case allow, deny
    /// The sender is told.
    case reject
    /// The sender of TCP is told.
    case reset
    case count
    case skip(to: Int)
    /// Of one name; `nil`: of any.
    case checkState(name: String?)
    case forward(IPAddress)
    /// Not taken over: it stands in the document, switched off.
    case none
  }

  var number: Int
  /// Its words, without `add`.
  var text: String
  var range: Range<Int>
  /// Rules of a set are switched on and off together.
  var set = 0
  /// A listing says that it is switched off.
  var isOff = false
  var action: Action
  var isLogged = false
  /// What must hold for a packet.
  var clauses: [Clause] = []
  /// Packets that match found a connection, whose packets then match as well. It has the name of what asks for it.
  var stateName: String?

  var keepsState: Bool { stateName != nil }

  /// `00100`.
  var numberText: String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// `00100 allow tcp from any to me 22`, cut where it gets too long to read.
  var name: String {
    let name = text.isEmpty ? numberText : "\(numberText) \(text)"
    return name.count > 100 ? "\(name.prefix(99))…" : name
  }

  /// A packet that matches goes no further.
  var decides: Bool {
    switch action {
    case .allow, .deny, .reject, .reset, .forward: true
    case .count, .skip, .checkState, .none: false
    }
  }

  /// What of it all packets of a connection have in common, in the direction of its first packet.
  var connection: [Clause] { clauses.filter { $0.allSatisfy(\.property.isOfConnection) } }
}

extension IPFWRule.Action {
  var asksForState: Bool {
    if case .checkState = self { true } else { false }
  }
}
