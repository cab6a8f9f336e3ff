// Whether tables that several engines have together could be full in one.
//
// Each engine has tables of the full size. One engine in place of all would hold, at any moment, no more entries than all of them
// held at most, each at its own time, and no more than there were at first and have been added by all since. As long as one of
// the two fits into the table, nothing makes way in it for anything else, and what becomes of a packet does not depend on what
// other engines remember.

internal import SentryEngine
internal import SentryState

/// How full the tables of one engine may have been.
struct ShardLoads: Sendable {
  fileprivate struct Load: Sendable {
    var capacity = 0
    var initial = TableLoad()
    var most = 0
    var added: UInt64 = 0
  }

  fileprivate var loads = InlineArray<11, Load>(repeating: Load())

  init() {}

  /// At the beginning.
  init(_ tables: borrowing StateTables) {
    for table in LimitedTable.allCases {
      loads[table.rawValue] = Load(capacity: tables.capacity(of: table), initial: tables.load(of: table))
    }
  }

  /// Notes how full they may have been since a moment.
  mutating func note(_ tables: borrowing StateTables, since before: TableLoads.Snapshot) {
    for table in LimitedTable.allCases {
      let (index, now) = (table.rawValue, tables.load(of: table))
      // What was added may have expired again before now.
      let added = now.additions &- before.loads[index].additions
      loads[index].most = max(loads[index].most, before.loads[index].count + Int(clamping: added))
      loads[index].added = now.additions &- loads[index].initial.additions
    }
  }
}

/// Those of all engines.
struct TableLoads: Sendable {
  /// How full an engine's tables are.
  struct Snapshot {
    fileprivate var loads = InlineArray<11, TableLoad>(repeating: TableLoad())

    init(_ tables: borrowing StateTables) {
      for table in LimitedTable.allCases { loads[table.rawValue] = tables.load(of: table) }
    }
  }

  private var shards: [ShardLoads]

  init(shards: Int) { self.shards = Array(repeating: ShardLoads(), count: shards) }

  subscript(shard: Int) -> ShardLoads {
    get { shards[shard] }
    set { shards[shard] = newValue }
  }

  /// A table that may have been too small for all.
  var firstFull: LimitedTable? { LimitedTable.allCases.first { mayBeFull($0) } }

  private func mayBeFull(_ table: LimitedTable) -> Bool {
    var (capacity, initial, most, added) = (0, 0, 0, 0)
    for shard in shards {
      let load = shard.loads[table.rawValue]
      capacity = max(capacity, load.capacity)
      initial = max(initial, load.initial.count)
      most += load.most
      added += Int(clamping: load.added)
    }
    return added > 0 && most > capacity && initial + added > capacity
  }
}
