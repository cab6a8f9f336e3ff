internal import Algorithms
public import SentryPacket
public import SentryRules
public import SentryState

/// One way of a flow through one interface, as the kernel looks it up: TCP or UDP.
public struct KernelFlow: Hashable, Sendable {
  public var protocolNumber: UInt8
  public var direction: Direction
  /// The system's index of the interface that packets come in by, or go out by.
  public var interface: UInt32
  public var source: FlowEndpoint
  public var destination: FlowEndpoint

  public init(
    protocolNumber: UInt8, direction: Direction, interface: UInt32, source: FlowEndpoint, destination: FlowEndpoint
  ) {
    self.protocolNumber = protocolNumber
    self.direction = direction
    self.interface = interface
    self.source = source
    self.destination = destination
  }

  /// The way of a packet that has ports.
  public init(_ packet: borrowing PacketFields, going direction: Direction, interface: UInt32) {
    self.init(
      protocolNumber: packet.protocolNumber, direction: direction, interface: interface,
      source: FlowEndpoint(address: packet.source, port: packet.sourcePort),
      destination: FlowEndpoint(address: packet.destination, port: packet.destinationPort))
  }

  /// As the connection table knows it.
  public var key: FlowKey {
    FlowKey(protocolNumber: protocolNumber, source: source, destination: destination, direction: direction)
  }
}

/// What the packet thread tells of flows that may stay in the kernel.
public enum FlowChange: Sendable {
  /// Its steady packets pass, and count for these rules.
  case stays(KernelFlow, RulePath)
  /// Its packets have to be judged again, whichever way they go.
  case ends(KernelFlow)
  /// The same for all flows from or to these addresses.
  case entered(AddressNet)
  /// The same for all flows.
  case everything
}

/// What flows have carried in the kernel since that was last told.
public struct FlowReading: Sendable {
  public var flows: [(flow: KernelFlow, traffic: FlowTraffic)] = []
  /// By the rules' places in document order.
  public var rules: [Int32: FlowTraffic] = [:]

  public init() {}

  private init(flows: [(flow: KernelFlow, traffic: FlowTraffic)]) { self.flows = flows }

  public var isEmpty: Bool { flows.isEmpty }

  /// The same in parts of at most so many flows.
  public func parts(of count: Int) -> [FlowReading] {
    var parts = flows.chunks(ofCount: count).map { FlowReading(flows: Array($0)) }
    if !parts.isEmpty { parts[0].rules = rules }
    return parts
  }

  mutating func add(_ traffic: FlowTraffic, of flow: KernelFlow, by path: RulePath) {
    guard traffic.packets > 0 else { return }
    flows.append((flow, traffic))
    path.forEach { rules[$0, default: FlowTraffic()] += traffic }
  }
}
