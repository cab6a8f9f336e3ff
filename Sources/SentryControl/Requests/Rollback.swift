/// Puts an earlier document in force.
public struct RollbackRequest: Codable, Sendable, Equatable {
  /// How many documents back; 1 is the one before that in force.
  public var steps: Int
  /// Also where that ends the SSH connection of who asks.
  public var force: Bool?
  /// That of the rules from which the steps were counted: status 412 if others are in force by then. `nil`: from whatever is in force.
  public var generation: UInt32?

  public init(steps: Int, force: Bool? = nil, generation: UInt32? = nil) {
    self.steps = steps
    self.force = force
    self.generation = generation
  }
}

/// The documents that `rollback` walks back through.
public struct DocumentsReply: Codable, Sendable, Equatable {
  /// The latest first; the first is in force.
  public var documents: [PastDocumentReport]
  /// That of the first; `nil` for a moment after others have come into force, while these are still those of before.
  public var generation: UInt32?

  public init(documents: [PastDocumentReport], generation: UInt32? = nil) {
    self.documents = documents
    self.generation = generation
  }
}

/// A document that is, or was, in force.
public struct PastDocumentReport: Codable, Sendable, Equatable {
  /// How many steps back it is; 0 for the one in force.
  public var number: Int
  /// When it was put in force, in seconds since 1970.
  public var time: Double
  /// Who did it.
  public var user: String
  public var name: String
  /// For one that was edited while in force, or came back: what was done.
  public var change: String?
  /// Rules in it; `nil` for a document that this version cannot read.
  public var ruleCount: Int?
  /// What would change, were it in force again; `nil` for a document that cannot be read.
  public var difference: DifferenceCounts?
  /// It is in force, but not confirmed.
  public var onTrial: Bool?

  public init(
    number: Int, time: Double, user: String, name: String, change: String?, ruleCount: Int?,
    difference: DifferenceCounts?, onTrial: Bool? = nil
  ) {
    self.number = number
    self.time = time
    self.user = user
    self.name = name
    self.change = change
    self.ruleCount = ruleCount
    self.difference = difference
    self.onTrial = onTrial
  }
}
