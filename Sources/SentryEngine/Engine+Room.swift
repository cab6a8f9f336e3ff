internal import SentryPacket
internal import SentryState

// How much the tables hold, where rules on trial would have them hold less.

/// Entries of a table that make way because it gets smaller.
public struct TableExcess: Sendable, Equatable {
  public var table: String
  public var entries: Int
}

extension Engine {
  /// What has to make way in tables of the sizes that other rules say; only tables in which something does.
  public func excess(under rules: LoadedRules) -> [TableExcess] {
    let settings = rules.stateSettings
    var all = AddressTableKind.allCases.map { kind in
      TableExcess(table: kind.name, entries: tables.excess(of: kind, over: settings.addressCapacity, now: now))
    }
    let connections = tables.connections.count(now: now) - max(1, settings.connectionCapacity)
    all.append(TableExcess(table: "connections", entries: connections))
    return all.filter { $0.entries > 0 }
  }

  /// Gives the tables the sizes that the rules in force say, where they were put in force without that.
  public mutating func settleRoom() {
    let settings = rules.stateSettings
    tables.apply(settings, now: now)
  }
}
