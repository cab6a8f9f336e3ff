// What the rules say of packets that nobody needs to see.
//
// A *steady packet* is one that neither opens nor ends anything: a TCP segment with the flags ACK, or ACK and PSH, or a UDP
// datagram, whole, without IP options, of a flow that is known and open and has been seen in both directions. A test is *steady*
// if it answers the same for every steady packet of a flow that goes the same way through the same interface. Where the walk of
// one such packet has asked steady tests only, and what matched did nothing but steer, pass and count, all others take the same
// way: they may stay in the kernel, and count together once a second.
//
// What is not known to be steady is not.

internal import SentryPacket
internal import SentryRules

/// What one instruction means for that.
struct Steadiness: OptionSet {
  let rawValue: UInt8

  /// Its test is steady.
  static let test = Steadiness(rawValue: 1 << 0)
  /// Its test is steady as long as the source is not in the table. One that is there may expire, and is refreshed.
  static let testWhileAbsent = Steadiness(rawValue: 1 << 1)
  /// A match does nothing but steer, pass and count, and nobody asks for the count.
  static let match = Steadiness(rawValue: 1 << 2)
}

extension Program {
  /// What each instruction means for packets that may stay in the kernel.
  var steadiness: [Steadiness] {
    let watched = rulesWatchedBySecond
    return instructions.map { instruction in
      let isSteady =
        instruction.operation.isSteady && !watched.contains(instruction.rule) && instruction.observation != .root
      var steadiness: Steadiness = isSteady ? .match : []
      if case .table = instruction.test { steadiness.insert(.testWhileAbsent) }
      if instruction.test.isSteady { steadiness.insert(.test) }
      return steadiness
    }
  }

  /// The first rule that asks how many packets a source sends: all of them count.
  var firstSourceRate: Int32? {
    instructions.first { instruction in
      if case .sourceRate = instruction.test { true } else { false }
    }?.rule
  }

  /// Rules whose counts another rule asks for: counted once a second only, they could change what becomes of a packet.
  private var rulesWatchedBySecond: Set<Int32> {
    Set(
      instructions.compactMap { instruction in
        switch instruction.test {
        case .parentMatchCount, .parentMatchRate, .parentByteCount: instruction.parent
        case .idleSeconds(let subject, let range) where range.tellsFewSecondsApart:
          subject == .rule ? instruction.rule : instruction.parent
        default: nil
        }
      })
  }
}

extension Program {
  /// Rules whose counts others ask for, or change, while a packet is walked through the rules.
  var watchedRules: Set<Int32> {
    Set(
      instructions.compactMap { instruction in
        if instruction.operation == .resetParent { return instruction.parent }
        return switch instruction.test {
        case .parentMatchCount, .parentByteCount: instruction.parent
        default: nil
        }
      })
  }
}

extension ClosedRange<UInt64> {
  /// Being told of a match some seconds late could matter.
  fileprivate var tellsFewSecondsApart: Bool {
    let few: ClosedRange<UInt64> = 0...5
    return overlaps(few) && !(lowerBound <= few.lowerBound && upperBound >= few.upperBound)
  }
}

extension Test {
  /// See the top of this file. `table` is asked for itself.
  fileprivate var isSteady: Bool {
    switch self {
    case .constant, .address, .interface, .knownConnection, .connectionState, .ipOptions: true
    case .number(let field, _): field.isSteady
    case .tcpFlags(let on, let off): (on | off) & TCPFlag.psh == 0
    // Never answered with a packet.
    case .idleSeconds: true
    case .table, .tcpOptions, .content, .urlKeyword, .serverName, .dnsName, .application, .sourceRate, .timeOfDay,
      .dayOfWeek, .dateAndTime, .parentMatchCount, .parentMatchRate, .parentByteCount:
      false
    }
  }
}

extension NumberField {
  var isSteady: Bool {
    switch self {
    case .direction, .protocolNumber, .fragmentOffset, .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code, .sourcePort,
      .destinationPort, .ipVersion:
      true
    // Of a flow it stays what it is until something is decided: then no flow stays in the kernel.
    case .applicationPermission: true
    case .sourceMAC, .destinationMAC, .timeToLive, .packetLength, .dscp, .vlan, .user: false
    }
  }
}

extension Operation {
  fileprivate var isSteady: Bool {
    switch self {
    case .next, .skip, .group, .exitGroup, .pass, .dontLog: true
    default: false
    }
  }
}

extension PacketFields {
  /// See the top of this file: what of it a packet says by itself.
  @inline(__always)
  var isSteady: Bool {
    // Mapped addresses count as IPv4, but are not looked up as such.
    let isIPv4 = version == 4
    guard has([.addresses, .protocolNumber, .ports]), !isFragment, ipOptions.isEmpty, source.isIPv4 == isIPv4,
      destination.isIPv4 == isIPv4
    else { return false }
    return protocolNumber == IPProtocol.tcp
      ? has(.tcpFlags) && tcpFlags | TCPFlag.psh == TCPFlag.ack | TCPFlag.psh : protocolNumber == IPProtocol.udp
  }
}
