internal import Synchronization

/// What logs and tables say of a rule, as it was when the rule acted.
public struct RuleLabel: Hashable, Sendable {
  /// The rule's number, `2.1.5.1`; `0` for the checks before the rules.
  public let number: String
  /// May be empty.
  public let name: String
  /// The action's name, `Trigger`.
  public let action: String
  /// The action's parameter; may be empty.
  public let parameter: String

  public init(number: String, name: String = "", action: String = "", parameter: String = "") {
    self.number = number
    self.name = name
    self.action = action
    self.parameter = parameter
  }

  /// The label of the checks before the rules.
  public static let builtIn = RuleLabel(number: "0")

  /// Number and, if there is one, name: `2.1.5.1 telnet probe`.
  public var text: String {
    name.isEmpty ? number : "\(number) \(name)"
  }

  /// What an address entry remembers: `text`, at most 47 bytes of UTF-8; `rule 0` if no rule was involved
  /// (docs/Classic.md, "Address tables").
  public var triggeredBy: String {
    guard number != "0" else { return "rule 0" }
    var kept = text
    while kept.utf8.count > 47 { kept.removeLast() }
    return kept
  }
}

/// Every label a program ever loaded has used, by number.
///
/// The packet thread writes only the number into events and table entries; the text is looked up here when somebody reads
/// them, which may be long after the rule has gone. Equal labels share a number, so the book grows with the number of
/// *different* rules that were applied. Not used on the packet thread.
public final class RuleLabels: Sendable {
  /// The number of `RuleLabel.builtIn`.
  public static let builtIn: UInt32 = 0

  private struct Book {
    var labels = [RuleLabel.builtIn]
    var numbers: [RuleLabel: UInt32] = [RuleLabel.builtIn: RuleLabels.builtIn]
  }
  private let book = Mutex(Book())

  public init() {}

  /// The label with this number; `RuleLabel.builtIn` for one never given out.
  public func label(_ number: UInt32) -> RuleLabel {
    book.withLock { book in
      book.labels.indices.contains(Int(number)) ? book.labels[Int(number)] : .builtIn
    }
  }

  /// The number of `label`, a new one if it was not known.
  public func number(of label: RuleLabel) -> UInt32 {
    book.withLock { book in
      if let known = book.numbers[label] { return known }
      let number = UInt32(book.labels.count)
      book.labels.append(label)
      book.numbers[label] = number
      return number
    }
  }
}
