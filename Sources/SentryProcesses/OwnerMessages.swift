// What the daemon and the process that looks up owners say to each other: one message each way for a question, in this machine's
// byte order, over a socket that keeps messages apart.

internal import SentryPacket

/// Whose flow is it?
struct OwnerQuestion: Equatable, Sendable {
  /// Comes back with the answer.
  var number: UInt32
  var flow: LocalFlow
  /// The system's index of the interface that the packet was seen on; 0 for any.
  var interface: UInt32
  /// Tell whether somebody listens at the local end.
  var wantsListener = false

  /// number 4, interface 4, local and remote address 16 each, their ports 2 each, protocol 1, wants listener 1, then zeros.
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
    bytes.append(wantsListener ? 1 : 0)
    while bytes.count < Self.byteCount { bytes.append(0) }
  }

  /// `nil` for anything but a whole message.
  init?(reading bytes: RawSpan) {
    guard bytes.byteCount == Self.byteCount, let number = bytes.native32(at: 0), let interface = bytes.native32(at: 4),
      let local = bytes.nativeAddress(at: 8), let remote = bytes.nativeAddress(at: 24),
      let localPort = bytes.native16(at: 40), let remotePort = bytes.native16(at: 42),
      let protocolNumber = bytes.wire8(at: 44), let wantsListener = bytes.wire8(at: 45)
    else { return nil }
    let flow = LocalFlow(local: local, localPort, remote: remote, remotePort, protocolNumber: protocolNumber)
    self.init(number: number, flow: flow, interface: interface, wantsListener: wantsListener == 1)
  }

  init(number: UInt32, flow: LocalFlow, interface: UInt32, wantsListener: Bool = false) {
    self.number = number
    self.flow = flow
    self.interface = interface
    self.wantsListener = wantsListener
  }
}

/// What was found out about a flow.
public struct OwnerAnswer: Equatable, Sendable {
  public enum Outcome: UInt8, Sendable {
    /// This host has no socket for it.
    case noSocket
    /// There is one that is open, but no process seems to have it: one of the kernel's own, or one that is kept where nobody sees it.
    case noProcess
    /// There is one, and whose it is was hidden from us.
    case hidden
    /// Without a path if the executable is not one of ours: `ProcessFolder.Executable.foreign`.
    case process
    /// The kernel does not answer such questions.
    case notSupported
    /// Its local address is not one of this host's: it is forwarded.
    case notLocal
    /// There is one, but it is being closed: no process has it any more.
    case closed
  }

  public var number: UInt32
  public var outcome: Outcome
  /// Who owns the socket, where there is one.
  public var user: UInt32?
  /// The lowest of the processes that have it open; 0 where none is known.
  public var process: UInt32 = 0
  /// Which file its executable is; `nil` without a path.
  public var identity: ExecutableIdentity?
  /// Somebody listens at the local end, if that was asked.
  public var listens = false

  public init(
    number: UInt32, outcome: Outcome, user: UInt32? = nil, process: UInt32 = 0, identity: ExecutableIdentity? = nil,
    listens: Bool = false
  ) {
    self.number = number
    self.outcome = outcome
    self.user = user
    self.process = process
    self.identity = identity
    self.listens = listens
  }
}

extension OwnerAnswer {
  private struct Has: OptionSet {
    let rawValue: UInt8
    static let user = Has(rawValue: 1 << 0)
    static let identity = Has(rawValue: 1 << 1)
    static let listener = Has(rawValue: 1 << 2)
  }

  private var has: Has {
    var has: Has = user == nil ? [] : .user
    if identity != nil { has.insert(.identity) }
    if listens { has.insert(.listener) }
    return has
  }

  /// The longest path, as in `PATH_MAX`.
  static var pathSize: Int { 4_096 }
  /// number 4, user 4, length of the path 2, outcome 1, `Has` 1, process 4, identity. The path follows.
  static var headSize: Int { 16 + ExecutableIdentity.byteCount }
  static var longest: Int { headSize + pathSize }

  func write(_ path: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    let path = path.prefix(Self.pathSize)
    bytes.append(native: number)
    bytes.append(native: user ?? 0)
    bytes.append(native: UInt16(truncatingIfNeeded: path.count))
    bytes.append(outcome.rawValue)
    bytes.append(has.rawValue)
    bytes.append(native: process)
    (identity ?? ExecutableIdentity(device: 0, inode: 0, size: 0, modified: 0, changed: 0)).write(to: &bytes)
    bytes += path
  }

  /// The answer, and where the path of the executable lies; `nil` for anything but a whole message.
  static func read(_ bytes: RawSpan) -> (answer: OwnerAnswer, path: Range<Int>)? {
    guard let number = bytes.native32(at: 0), let user = bytes.native32(at: 4),
      let length = bytes.native16(at: 8).map(Int.init), length <= pathSize, bytes.byteCount == headSize + length,
      let outcome = bytes.wire8(at: 10).flatMap(Outcome.init), let has = bytes.wire8(at: 11).map(Has.init),
      let process = bytes.native32(at: 12), let identity = ExecutableIdentity(bytes, at: 16)
    else { return nil }
    let answer = OwnerAnswer(
      number: number, outcome: outcome, user: has.contains(.user) ? user : nil, process: process,
      identity: has.contains(.identity) ? identity : nil, listens: has.contains(.listener))
    return (answer, headSize..<headSize + length)
  }
}
