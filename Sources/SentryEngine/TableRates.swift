internal import SentryState
public import SentryPacket

/// How many entries the tables gained in the last full second.
public struct TableRates: Sendable, Equatable {
  /// Entries and refreshed entries of each address table, in the order of `AddressTableKind.allCases`.
  private var addresses = InlineArray<4, UInt64>(repeating: 0)
  public private(set) var connections: UInt64 = 0

  private var addressTotals = InlineArray<4, UInt64>(repeating: 0)
  private var connectionTotal: UInt64 = 0

  public init() {}

  public subscript(table: AddressTableKind) -> UInt64 { addresses[Int(table.rawValue)] }

  /// True if a tick would change a rate.
  func hasDeltas(_ tables: borrowing StateTables) -> Bool {
    if connections != 0 || tables.connections.additions != connectionTotal { return true }
    for table in AddressTableKind.allCases {
      let index = Int(table.rawValue)
      if addresses[index] != 0 || tables.additions(to: table) != addressTotals[index] { return true }
    }
    return false
  }

  mutating func tick(_ tables: borrowing StateTables) {
    connections = tables.connections.additions &- connectionTotal
    connectionTotal = tables.connections.additions
    for table in AddressTableKind.allCases {
      let index = Int(table.rawValue)
      let total = tables.additions(to: table)
      addresses[index] = total &- addressTotals[index]
      addressTotals[index] = total
    }
  }

  public static func == (a: TableRates, b: TableRates) -> Bool {
    a.connections == b.connections && AddressTableKind.allCases.allSatisfy { a[$0] == b[$0] }
  }
}
