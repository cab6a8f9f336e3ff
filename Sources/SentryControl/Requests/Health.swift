/// How a daemon is doing, with what deserves a look: in JSON all fields of `StatusReply`, and these.
public struct HealthReply: Sendable, Equatable {
  /// The memory on disk.
  public struct Store: Codable, Sendable, Equatable {
    /// 0 where none is kept.
    public var bytes: Int64
    /// Why nothing is written; left out while it is.
    public var problem: String?

    public init(bytes: Int64, problem: String?) {
      self.bytes = bytes
      self.problem = problem
    }
  }

  public var status: StatusReply
  /// Of the program.
  public var version: String
  /// Sentences for people, the gravest first; empty if all is well.
  public var warnings: [String]
  public var store: Store

  public init(status: StatusReply, version: String, warnings: [String], store: Store) {
    self.status = status
    self.version = version
    self.warnings = warnings
    self.store = store
  }
}

extension HealthReply: Codable {
  private enum CodingKeys: String, CodingKey { case version, warnings, store }

  public init(from decoder: any Decoder) throws {
    status = try StatusReply(from: decoder)
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    version = try fields.decode(String.self, forKey: .version)
    warnings = try fields.decode([String].self, forKey: .warnings)
    store = try fields.decode(Store.self, forKey: .store)
  }

  public func encode(to encoder: any Encoder) throws {
    try status.encode(to: encoder)
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(version, forKey: .version)
    try fields.encode(warnings, forKey: .warnings)
    try fields.encode(store, forKey: .store)
  }
}
