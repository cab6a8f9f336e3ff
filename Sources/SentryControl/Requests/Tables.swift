public import SentryDiagnostics

/// The unexpired entries of one table of addresses.
public struct TableReply: Codable, Sendable, Equatable {
  /// `trigger`, `address`, `authorize` or `invalid`.
  public var table: String
  /// Seconds since 1970, when the entries were read.
  public var time: Double
  public var entries: [TableEntryReport]

  public init(table: String, time: Double, entries: [TableEntryReport]) {
    self.table = table
    self.time = time
    self.entries = entries
  }
}

/// Puts addresses into a table.
public struct TableAddRequest: Codable, Sendable, Equatable {
  /// Single ones, nets and ranges: `192.0.2.7`, `192.0.2.0/24`, `192.0.2.10-192.0.2.20`.
  public var addresses: [String]
  /// `3600`, `10m`, `1h`, `unlimited`; without one, that of the document in force.
  public var duration: String?
  /// What the entries shall say of who made them, of which 47 bytes are kept; without one, `by hand`.
  public var note: String?
  /// How many packets they have matched so far, for one that is put back or gets another duration; without it 0.
  public var matchCount: UInt64?
  /// Also addresses that are most likely a mistake: loopback, multicast, this host's own, all there are. Without it they are
  /// answered with status 409, and nothing is entered. What is protected as a whole never enters table `trigger`: status 403.
  public var force: Bool?

  public init(
    addresses: [String], duration: String? = nil, note: String? = nil, matchCount: UInt64? = nil, force: Bool? = nil
  ) {
    self.addresses = addresses
    self.duration = duration
    self.note = note
    self.matchCount = matchCount
    self.force = force
  }
}

/// What became of addresses that were put into a table.
public struct TableAddReply: Codable, Sendable, Equatable {
  public var table: String
  /// Those that were not there before.
  public var added: Int
  /// Those that were, and start anew.
  public var replaced: Int
  /// Other entries that made way, because the table was full.
  public var evicted: UInt64
  /// Seconds that they stay after they were last seen; left out where that is unlimited, or not the same for all.
  public var duration: Int64?

  public init(table: String, added: Int, replaced: Int, evicted: UInt64, duration: Int64? = nil) {
    self.duration = duration
    self.table = table
    self.added = added
    self.replaced = replaced
    self.evicted = evicted
  }
}

/// Takes addresses, or all, out of a table: one of both is given.
public struct TableRemoveRequest: Codable, Sendable, Equatable {
  /// As in `TableAddRequest`: each removes the entry for exactly these addresses.
  public var addresses: [String]?
  /// `true` clears the table.
  public var all: Bool?

  public init(addresses: [String]) { self.addresses = addresses }

  private init(all: Bool) { self.all = all }

  /// Clears the table.
  public static let everything = TableRemoveRequest(all: true)
}

/// What became of addresses that were to leave a table.
public struct TableRemoveReply: Codable, Sendable, Equatable {
  public var table: String
  public var removed: [String]
  /// Those without an entry of their own.
  public var missing: [String]
  /// True if the kernel has still to let go of some, and drops what they send until then; `nil` otherwise.
  public var underWay: Bool?

  public init(table: String, removed: [String], missing: [String], underWay: Bool? = nil) {
    self.table = table
    self.removed = removed
    self.missing = missing
    self.underWay = underWay
  }
}

/// A table is empty now.
public struct TableClearReply: Codable, Sendable, Equatable {
  public var table: String
  /// Unexpired entries it had.
  public var removed: Int
  /// As in `TableRemoveReply`.
  public var underWay: Bool?

  public init(table: String, removed: Int, underWay: Bool? = nil) {
    self.table = table
    self.removed = removed
    self.underWay = underWay
  }
}

/// What became of a list of addresses.
public struct TableImportReply: Codable, Sendable, Equatable {
  /// The tables that the list puts addresses into.
  public var tables: [TableAddReply]
  /// Lines that cannot be read and were left out.
  public var rejected: Int
  /// Why, for the first of them.
  public var findings: [DiagnosticRecord]

  public init(tables: [TableAddReply], rejected: Int, findings: [DiagnosticRecord]) {
    self.tables = tables
    self.rejected = rejected
    self.findings = findings
  }
}
