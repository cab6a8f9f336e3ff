/// A list of addresses that the document in force follows.
public struct FollowedListReport: Codable, Sendable, Equatable {
  public var name: String
  /// A URL, without its user and password, or the path of a file.
  public var source: String
  /// `plain`, `drop` or `tsv`.
  public var format: String
  /// The table that it fills.
  public var table: String
  public var enabled: Bool
  /// Seconds between two looks at the source.
  public var refreshSeconds: Int
  /// Seconds that an entry stays after the source was last seen; `nil`: as long as the list has it.
  public var durationSeconds: UInt32?
  /// Addresses, nets and ranges of the copy in force; `nil` while there is none.
  public var entries: Int?
  /// Of these, those that are not entered because they touch protected addresses.
  public var protected: Int
  /// Of these, those that somebody else has entered.
  public var others: Int
  /// What of the copy is of no use: lines that cannot be read, nets too wide for a list, lines for other tables.
  public var leftOut: Int
  /// Seconds since 1970 when the copy in force came.
  public var fetchedTime: Double?
  /// Seconds since 1970 when the source was last seen to have nothing newer.
  public var checkedTime: Double?
  /// What the last look has found.
  public var lastAnswer: String?
  /// Seconds since 1970 of that look.
  public var lastAnswerTime: Double?
  /// Seconds since 1970 when the source is looked at again; `nil` if the list is not enabled.
  public var nextTime: Double?
  /// The source is being looked at.
  public var isUnderWay: Bool
  /// Why there is nothing newer, or the copy could not be kept; `nil` if all is well.
  public var problem: String?
  /// Seconds since 1970 when that began.
  public var problemSince: Double?

  public init(
    name: String, source: String, format: String, table: String, enabled: Bool, refreshSeconds: Int,
    durationSeconds: UInt32? = nil, entries: Int? = nil, protected: Int = 0, others: Int = 0, leftOut: Int = 0,
    fetchedTime: Double? = nil, checkedTime: Double? = nil, lastAnswer: String? = nil, lastAnswerTime: Double? = nil,
    nextTime: Double? = nil, isUnderWay: Bool = false, problem: String? = nil, problemSince: Double? = nil
  ) {
    self.name = name
    self.source = source
    self.format = format
    self.table = table
    self.enabled = enabled
    self.refreshSeconds = refreshSeconds
    self.durationSeconds = durationSeconds
    self.entries = entries
    self.protected = protected
    self.others = others
    self.leftOut = leftOut
    self.fetchedTime = fetchedTime
    self.checkedTime = checkedTime
    self.lastAnswer = lastAnswer
    self.lastAnswerTime = lastAnswerTime
    self.nextTime = nextTime
    self.isUnderWay = isUnderWay
    self.problem = problem
    self.problemSince = problemSince
  }
}

/// The lists that the document in force follows, in its order.
public struct FollowedListsReply: Codable, Sendable, Equatable {
  /// Seconds since 1970.
  public var time: Double
  public var lists: [FollowedListReport]

  public init(time: Double, lists: [FollowedListReport]) {
    self.time = time
    self.lists = lists
  }
}

/// Looks at sources now.
public struct RefreshListsRequest: Codable, Sendable, Equatable {
  /// The lists' names; empty for all that are enabled.
  public var names: [String]

  public init(names: [String] = []) { self.names = names }
}
