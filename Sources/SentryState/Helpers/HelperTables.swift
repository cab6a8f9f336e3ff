// Helpers: they listen in on flows whose ends agree upon further flows, so that these count as known from their first packet on.

public import SentryPacket

/// Everything helpers remember. What they hear of must be let through by the rules; what they announce is a TCP connection request or
/// a UDP datagram between the same two addresses.
///
/// Nothing here allocates once it exists. `now` is never before that of an earlier call.
public struct HelperTables: ~Copyable {
  private var ftp: FTPHelper
  private var tftp: TFTPHelper

  public init(_ ports: HelperPorts) {
    ftp = FTPHelper(ports: ports.ftp)
    tftp = TFTPHelper(ports: ports.tftp)
  }

  /// From now on other ports count; what is known stays, but that of a helper which is switched off.
  mutating func listen(at ports: HelperPorts) {
    if ports.ftp.isEmpty { ftp.removeAll() }
    if ports.tftp.isEmpty { tftp.removeAll() }
    ftp.ports = ports.ftp
    tftp.ports = ports.tftp
  }

  // MARK: Packets

  /// The packet begins a flow that was announced. Changes nothing.
  public func announces(_ packet: borrowing PacketFields, now: Timestamp) -> Bool {
    guard packet.has([.addresses, .protocolNumber, .ports]) else { return false }
    switch packet.protocolNumber {
    case IPProtocol.tcp:
      guard packet.has(.tcpFlags), packet.tcpFlags & (TCPFlag.syn | TCPFlag.ack) == TCPFlag.syn,
        ftp.announced.count > 0
      else { return false }
      return ftp.announced.holds(FlowIdentity(announcementFor: packet), now: now)
    case IPProtocol.udp:
      guard tftp.count > 0 else { return false }
      return tftp.awaits(FlowIdentity(announcementFor: packet), now: now)
    default: return false
    }
  }

  /// The flow that the packet was announced to begin is let through: the announcement is used up.
  public mutating func fulfil(_ packet: borrowing PacketFields) {
    let flow = FlowIdentity(announcementFor: packet)
    if packet.protocolNumber == IPProtocol.tcp { ftp.fulfil(flow) } else { tftp.fulfil(flow) }
  }

  /// Packets like this one must all be seen.
  @inline(__always)
  public func listensIn(on packet: borrowing PacketFields) -> Bool {
    guard packet.has(.ports) else { return false }
    return ftp.isControl(packet)
  }

  /// Reads a packet that is let through, of a flow that was entered.
  ///
  /// - Parameters:
  ///   - stage: that of the flow, this packet included.
  ///   - way: how it came.
  @inline(__always)
  public mutating func read(
    _ packet: borrowing PacketFields, of flow: FlowKey, _ stage: FlowStage, on way: PacketWay, _ frame: RawSpan,
    now: Timestamp
  ) {
    if packet.protocolNumber == IPProtocol.tcp {
      if listensIn(on: packet) { ftp.read(packet, of: flow, stage, on: way, frame, now: now) }
    } else if packet.protocolNumber == IPProtocol.udp {
      tftp.read(packet, on: way, frame, now: now)
    }
  }

  /// Removes what has expired, some thousands at most of each table in one call; what is left is not found either.
  public mutating func expire(now: Timestamp) {
    ftp.expire(now: now)
    tftp.expire(now: now)
  }

  /// See `StateTables.turnBack`.
  public mutating func turnBack(to now: Timestamp) {
    ftp.turnBack(to: now)
    tftp.turnBack(to: now)
  }

  public mutating func removeAll() {
    ftp.removeAll()
    tftp.removeAll()
  }

  // MARK: Telling

  /// FTP's control connections that nobody has confirmed, expired ones that are not removed yet included, and those since the start.
  public var openings: (count: Int, additions: UInt64) { ftp.opening }

  /// Control connections that are followed; the same.
  public var controls: (count: Int, additions: UInt64) { (ftp.count, ftp.additions) }

  /// Flows that were announced and have not begun; the same.
  public var announced: (count: Int, additions: UInt64) {
    (ftp.announced.count + tftp.count, ftp.announced.additions &+ tftp.additions)
  }

  public static var openingCapacity: Int { FTPHelper.openingCapacity }
  public static var controlCapacity: Int { FTPHelper.capacity }
  /// Of each helper.
  public static var announcementCapacity: Int { AnnouncedFlows.capacity }

  /// What the helpers are doing. Takes time with the number of expired entries.
  public func report(now: Timestamp) -> HelperReport {
    HelperReport(
      controls: ftp.count(now: now), announced: ftp.announced.count(now: now) + tftp.count(now: now),
      announcements: ftp.announcements &+ tftp.announcements, refusals: ftp.refusals &+ tftp.refusals)
  }

  /// See `LinkedTable.brokenInvariant`.
  func brokenInvariant() -> String? { ftp.brokenInvariant() ?? tftp.brokenInvariant() }
}

/// What helpers have heard.
public struct HelperReport: Sendable, Equatable {
  /// FTP's control connections that are open, or have ended in the last minute.
  public var controls: Int
  /// Flows that were announced and have not begun.
  public var announced: Int
  /// Those announced since the start.
  public var announcements: UInt64
  /// Announcements that were not believed: of somebody else's address, or of a port below 1024.
  public var refusals: UInt64

  public init(controls: Int, announced: Int, announcements: UInt64, refusals: UInt64) {
    self.controls = controls
    self.announced = announced
    self.announcements = announcements
    self.refusals = refusals
  }
}
