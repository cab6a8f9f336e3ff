// What the daemon and the process that looks up owners say to each other: one message each way for a question, of a fixed size,
// in this machine's byte order, over a socket that keeps messages apart.

internal import SentryPacket

/// Whose flow is it?
struct OwnerQuestion: Equatable, Sendable {
  /// Comes back with the answer.
  var number: UInt32
  var flow: LocalFlow
  /// The system's index of the interface that the packet was seen on; 0 for any.
  var interface: UInt32

  /// number 4, interface 4, local and remote address 16 each, their ports 2 each, protocol 1, then zeros.
  static var byteCount: Int { 48 }

  func write(to bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(native: number)
    bytes.append(native: interface)
    bytes.append(native: flow.local)
    bytes.append(native: flow.remote)
    bytes.append(native: flow.localPort)
    bytes.append(native: flow.remotePort)
    bytes.append(flow.protocolNumber)
    while bytes.count < Self.byteCount { bytes.append(0) }
  }

  /// `nil` for anything but a whole message.
  init?(reading bytes: RawSpan) {
    guard bytes.byteCount == Self.byteCount, let number = bytes.native32(at: 0), let interface = bytes.native32(at: 4),
      let local = bytes.nativeAddress(at: 8), let remote = bytes.nativeAddress(at: 24),
      let localPort = bytes.native16(at: 40), let remotePort = bytes.native16(at: 42),
      let protocolNumber = bytes.wire8(at: 44)
    else { return nil }
    let flow = LocalFlow(local: local, localPort, remote: remote, remotePort, protocolNumber: protocolNumber)
    self.init(number: number, flow: flow, interface: interface)
  }

  init(number: UInt32, flow: LocalFlow, interface: UInt32) {
    self.number = number
    self.flow = flow
    self.interface = interface
  }
}

/// What was found out about a flow.
public struct OwnerAnswer: Equatable, Sendable {
  public enum Outcome: UInt8, Sendable {
    /// This host has no socket for it.
    case noSocket
    /// There is one, but no process has it open.
    case noProcess
    /// There is one, and whose it is was hidden from us.
    case hidden
    /// Without a path if the executable is not one of ours: `ProcessFolder.Executable.foreign`.
    case process
    /// The kernel does not answer such questions.
    case notSupported
  }

  public var number: UInt32
  public var outcome: Outcome
  /// Who owns the socket, where there is one.
  public var user: UInt32?
}

extension OwnerAnswer {
  /// The longest path, as in `PATH_MAX`.
  static var pathSize: Int { 4_096 }
  /// number 4, user 4, length of the path 2, outcome 1, has user 1.
  static var headSize: Int { 12 }
  static var byteCount: Int { headSize + pathSize }

  func write(_ path: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    let path = path.prefix(Self.pathSize)
    bytes.append(native: number)
    bytes.append(native: user ?? 0)
    bytes.append(native: UInt16(truncatingIfNeeded: path.count))
    bytes.append(outcome.rawValue)
    bytes.append(user == nil ? 0 : 1)
    bytes += path
    while bytes.count < Self.byteCount { bytes.append(0) }
  }

  /// The answer, and where the path of the executable lies; `nil` for anything but a whole message.
  static func read(_ bytes: RawSpan) -> (answer: OwnerAnswer, path: Range<Int>)? {
    guard bytes.byteCount == byteCount, let number = bytes.native32(at: 0), let user = bytes.native32(at: 4),
      let length = bytes.native16(at: 8).map(Int.init), length <= pathSize,
      let outcome = bytes.wire8(at: 10).flatMap(Outcome.init), let hasUser = bytes.wire8(at: 11)
    else { return nil }
    let answer = OwnerAnswer(number: number, outcome: outcome, user: hasUser == 1 ? user : nil)
    return (answer, headSize..<headSize + length)
  }
}
