// Which rules keep the packets of a capture from being judged apart, by address.
//
// Several engines can share the packets of one capture if nothing that one of them remembers matters to packets of another. So
// each test and each action says whose earlier packets it depends on: the one place where a new property or action must answer.

public import SentryPacket
public import SentryRules

/// Whose earlier packets an answer depends on, or an action changes something for.
enum Dependence {
  /// Nobody's: the packet itself, where it came from, and the clock tell all.
  case packet
  /// Those of its flow, in both directions, and of datagrams it is a fragment of.
  case flow
  /// Those from its source.
  case source
  /// Those of every address.
  case everyone
}

extension Test {
  var dependence: Dependence {
    switch self {
    case .constant, .number, .address, .interface, .tcpFlags, .ipOptions, .tcpOptions, .content, .urlKeyword, .dnsName,
      .application, .timeOfDay, .dayOfWeek, .dateAndTime:
      .packet
    case .knownConnection, .connectionState, .serverName: .flow
    case .table, .sourceRate: .source
    case .parentMatchCount, .parentMatchRate, .parentByteCount, .idleSeconds: .everyone
    }
  }
}

extension Operation {
  var dependence: Dependence {
    switch self {
    case .next, .skip, .group, .exitGroup, .pass, .delete, .deleteWithoutLog, .reject, .routeTo, .log, .dontLog, .alert,
      .email, .url, .script:
      .packet
    case .dropConnection, .rateLimitIn, .rateLimitOut, .rateLimit: .flow
    case .trigger, .keepAddress, .keepInvalid, .authorize: .source
    case .delay, .resetParent: .everyone
    }
  }
}

/// A rule that needs the packets of every address, and for what.
public struct AcrossAddresses: Sendable, Equatable {
  public enum Need: Sendable {
    /// `Parent match count`, `Parent match rate`, `Parent byte count`, `Idle seconds` and `Parent idle seconds`.
    case matchCount, matchRate, byteCount, idleTime
    /// `Parent match count` below an `Include` that may find an entry for several addresses.
    case sharedEntry
    /// `Source match rate` of packets that this host sends: to whom, does not matter there.
    case ownRate
    case delayQueue
    case resetCount
  }

  /// Its place in document order.
  public let rule: Int32
  public let need: Need
}

extension Program {
  /// The first rule that needs the packets of every address; `nil` if there is none.
  ///
  /// - Parameter sharedTables: those with entries that stand for addresses of several engines.
  public func firstAcrossAddresses(sharedTables: Set<AddressTableKind> = []) -> AcrossAddresses? {
    var tableTests = 0
    /// By rule: its instruction, and the `Include` rules up to and with it.
    var seen: [Int32: (instruction: Instruction, tableTests: Int)] = [:]
    for instruction in instructions {
      let parent = seen[instruction.parent]
      var entries: AddressTableKind?
      // The entry that an `Include` has found is that of the latest: none may come between.
      if case .table(let table) = parent?.instruction.test, parent?.instruction.isNegated == false,
        parent?.tableTests == tableTests
      {
        entries = table
      }
      if let need = need(of: instruction, entriesOfParent: entries, sharedTables) {
        return AcrossAddresses(rule: instruction.rule, need: need)
      }
      if case .table = instruction.test { tableTests += 1 }
      seen[instruction.rule] = (instruction, tableTests)
    }
    return nil
  }

  private func need(
    of instruction: Instruction, entriesOfParent table: AddressTableKind?, _ sharedTables: Set<AddressTableKind>
  ) -> AcrossAddresses.Need? {
    switch instruction.test.dependence {
    case .packet, .flow: break
    case .source:
      if case .sourceRate = instruction.test, !isAsked(instruction, onlyOf: .inbound) { return .ownRate }
    case .everyone:
      if let need = instruction.test.need(hasParent: instruction.parent >= 0, entriesOfParent: table, sharedTables) {
        return need
      }
    }
    switch instruction.operation.dependence {
    case .packet, .flow, .source: return nil
    case .everyone:
      guard instruction.operation == .resetParent else { return .delayQueue }
      return instruction.parent >= 0 ? .resetCount : nil
    }
  }
}

extension Test {
  /// What a test that depends on everyone needs; `nil` where it does not after all.
  ///
  /// - Parameter table: where the entry is from whose count stands for the parent's.
  fileprivate func need(
    hasParent: Bool, entriesOfParent table: AddressTableKind?, _ sharedTables: Set<AddressTableKind>
  ) -> AcrossAddresses.Need? {
    switch self {
    case .idleSeconds: return .idleTime
    // A top-level rule has no parent: nothing is counted there.
    case _ where !hasParent: return nil
    case .parentMatchCount:
      guard let table else { return .matchCount }
      return sharedTables.contains(table) ? .sharedEntry : nil
    case .parentMatchRate: return .matchRate
    default: return .byteCount
    }
  }
}
