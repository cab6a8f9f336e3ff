internal import Synchronization

/// What logs and tables say of a rule, as it was when the rule acted; or what a person said who entered an address.
public struct RuleLabel: Hashable, Sendable {
  /// Bytes of UTF-8 that an address entry keeps of a text (docs/Classic.md, "Address tables").
  public static let entryBytes = 47

  /// The rule's number, `2.1.5.1`; `0` for the checks before the rules, empty where no rule acted but a person.
  public let number: String
  /// The rule's name, or the person's text; may be empty.
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

  /// The label of what a person says, cut to what an entry keeps; line ends and other control characters become blanks.
  public init(note: String) {
    let isPlain = note.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    let line = isPlain ? note : String(String.UnicodeScalarView(note.unicodeScalars.map(Self.visible)))
    self.init(number: "", name: line.cut(toBytes: Self.entryBytes))
  }

  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: " "
    default: scalar
    }
  }

  /// Number and, if there is one, name: `2.1.5.1 telnet probe`; of a person, what was said.
  public var text: String {
    [number, name].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// What an address entry remembers: `text`, at most 47 bytes of UTF-8; `rule 0` if no rule was involved
  /// (docs/Classic.md, "Address tables").
  public var triggeredBy: String {
    number == "0" ? "rule 0" : text.cut(toBytes: Self.entryBytes)
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

extension String {
  /// Its first characters, as many as are no longer than `limit` bytes of UTF-8.
  fileprivate func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var kept = ""
    var bytes = 0
    for character in self {
      bytes += character.utf8.count
      guard bytes <= limit else { break }
      kept.append(character)
    }
    return kept
  }
}
