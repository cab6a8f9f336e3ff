/// One rule as an outline shows it, read as far as it can be: also from a document with errors. Missing texts are empty.
public struct OutlineReport: Codable, Sendable, Equatable {
  /// `2.3.1`: its place, whatever the document says.
  public var number: String
  public var name: String
  /// Its own switch.
  public var enabled: Bool
  /// By the name it has today where the document has it by a number or another spelling that is known; otherwise as written.
  public var property: String
  /// `==` where the document says none.
  public var relation: String
  /// As written.
  public var value: String
  /// `->` where the document says none.
  public var action: String
  /// As written.
  public var parameter: String
  /// 0 at the top.
  public var level: Int
  /// Rules right below it.
  public var children: Int
  /// It and all above it are enabled.
  public var isOn: Bool
  /// Its place in the list of counters: its place in the document.
  public var counted: Int

  public init(
    number: String, name: String, enabled: Bool, property: String, relation: String, value: String, action: String,
    parameter: String, level: Int, children: Int, isOn: Bool, counted: Int
  ) {
    self.number = number
    self.name = name
    self.enabled = enabled
    self.property = property
    self.relation = relation
    self.value = value
    self.action = action
    self.parameter = parameter
    self.level = level
    self.children = children
    self.isOn = isOn
    self.counted = counted
  }
}

/// The rules in force, without their text.
public struct OutlineReply: Codable, Sendable, Equatable {
  public var document: DocumentReport
  /// The same for the same text, also after the daemon was started again; another for another.
  public var fingerprint: String
  /// The master switch.
  public var enabled: Bool
  /// Seconds since 1970, when the counters were read.
  public var time: Double
  /// In document order, disabled ones included.
  public var rules: [OutlineReport]
  /// In the same order.
  public var counters: [CounterReport]

  public init(
    document: DocumentReport, fingerprint: String, enabled: Bool, time: Double, rules: [OutlineReport],
    counters: [CounterReport]
  ) {
    self.document = document
    self.fingerprint = fingerprint
    self.enabled = enabled
    self.time = time
    self.rules = rules
    self.counters = counters
  }
}

/// What a rule has counted, in JSON a list of three: `[12, 720, 1700000000.25]`.
public struct CounterReport: Codable, Sendable, Equatable {
  public var matchCount: UInt64
  /// Bytes of the packets that matched.
  public var byteCount: UInt64
  /// Seconds since 1970, microseconds kept; `nil`, in JSON null, before the first match.
  public var lastTime: Double?

  public init(matchCount: UInt64, byteCount: UInt64, lastTime: Double?) {
    self.matchCount = matchCount
    self.byteCount = byteCount
    self.lastTime = lastTime
  }

  public init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    matchCount = try list.decode(UInt64.self)
    byteCount = try list.decode(UInt64.self)
    lastTime = try list.decode(Double?.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var list = encoder.unkeyedContainer()
    try list.encode(matchCount)
    try list.encode(byteCount)
    try list.encode(lastTime)
  }
}
