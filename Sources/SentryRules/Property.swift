// A property is one file under Properties/: its names, its value syntax, and what it asks of a packet. The reader,
// the help text, the name tables and the completion lists are all made from these declarations.

/// What a rule can test a packet for.
public protocol Property: SendableMetatype {
  /// A value after reading: ready to be lowered.
  associatedtype Operand: Sendable

  /// As documents write it: `Dest port`.
  static var name: String { get }
  /// Other spellings that are read, in any case.
  static var aliases: [String] { get }
  static var codes: GenerationCodes { get }
  /// Names of old documents that mean this property and have numbers of their own.
  static var legacyNames: [LegacyName] { get }
  /// One line for lists.
  static var summary: String { get }
  /// What a person must know besides; empty if the summary says it all.
  static var details: String { get }
  /// What a value looks like, in words; empty for a property without values.
  static var valueSyntax: String { get }
  static var example: String { get }
  /// Values that can be offered to whoever writes a rule; not all there are.
  static var suggestions: [String] { get }
  /// The relations that mean something; any other is read as `==`.
  static var relations: Set<Relation> { get }
  /// The protocols that have the field (`TCP or UDP`), `nil` if it is none of a protocol's. `!=` matches all others.
  static var precondition: String? { get }
  /// What becomes of a packet that lacks the value, in a sentence; empty if every packet has it.
  static var absence: String { get }
  /// Where the value may hold text in parentheses that does not count.
  static var remarks: ValueRemarks { get }

  /// Reads a value: not blank, remarks taken out (and, where they are allowed, blanks at both ends).
  static func parse(_ text: Substring) throws(ValueError) -> Operand

  /// What the author of a value that `parse` takes, remarks and all, should know about how it is read; `nil` if it is read
  /// as anybody would.
  static func advice(on value: Substring) -> ValueAdvice?

  /// The test that holds for a packet when its value stands in `relation`, one of `relations`, to `operand`.
  static func lower(_ relation: Relation, _ operand: Operand, into program: inout ProgramBuilder) -> LoweredTest
}

extension Property {
  public static var aliases: [String] { [] }
  public static var legacyNames: [LegacyName] { [] }
  public static var details: String { "" }
  public static var suggestions: [String] { example.isEmpty ? [] : [example] }
  public static var precondition: String? { nil }
  public static var absence: String {
    precondition.map { "A packet that is not \($0) matches != and nothing else." } ?? ""
  }
  public static var remarks: ValueRemarks { .atEnd }
  public static func advice(on value: Substring) -> ValueAdvice? { nil }
  /// Rules must give a value.
  public static var needsValue: Bool { !valueSyntax.isEmpty }
}

/// What a property has lowered to.
public struct LoweredTest: Sendable, Equatable {
  public var test: Test
  /// Match when the test fails.
  public var isNegated: Bool

  public init(_ test: Test, isNegated: Bool = false) {
    self.test = test
    self.isNegated = isNegated
  }

  /// `test` for `==`, its negation for `!=`.
  public init(_ test: Test, _ relation: Relation) {
    self.init(test, isNegated: relation == .notEqual)
  }
}

/// All properties, in the order lists show them.
public let allProperties: [any Property.Type] = [
  AnyProperty.self,
  NoneProperty.self,
  DirectionProperty.self,
  InterfaceProperty.self,
  IncludeProperty.self,
  SourceMACProperty.self,
  DestMACProperty.self,
  SourceNetProperty.self,
  DestNetProperty.self,
  ProtocolProperty.self,
  IPFragmentOffsetProperty.self,
  IPOptionsProperty.self,
  ICMPTypeProperty.self,
  ICMPCodeProperty.self,
  TCPHeaderFlagsProperty.self,
  TCPOptionsProperty.self,
  SourcePortProperty.self,
  DestPortProperty.self,
  DataContentProperty.self,
  URLKeywordProperty.self,
  TLSServerNameProperty.self,
  DNSNameProperty.self,
  ApplicationProperty.self,
  UserProperty.self,
  ApplicationPermissionProperty.self,
  IPVersionProperty.self,
  ICMPv6TypeProperty.self,
  ICMPv6CodeProperty.self,
  TTLProperty.self,
  PacketLengthProperty.self,
  DSCPProperty.self,
  VLANProperty.self,
  ConnectionStateProperty.self,
  SourceMatchRateProperty.self,
  TimeOfDayProperty.self,
  DayOfWeekProperty.self,
  DateAndTimeProperty.self,
  IdleSecondsProperty.self,
  ParentIdleSecondsProperty.self,
  ParentMatchCountProperty.self,
  ParentMatchRateProperty.self,
  ParentByteCountProperty.self,
]
