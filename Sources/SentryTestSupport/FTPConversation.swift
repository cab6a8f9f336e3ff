/// The two ends of a control connection of FTP, with the sequence numbers of what they say.
public struct FTPConversation: Sendable {
  public let client: String
  public let server: String
  public var clientPort: UInt16 = 40_000
  public var serverPort: UInt16 = 21
  /// Runs over soon, as it may.
  private var clientNext: UInt32 = 0xFFFF_FFF0
  private var serverNext: UInt32 = 7_000

  public init(client: String = "203.0.113.9", server: String = "192.0.2.10") {
    self.client = client
    self.server = server
  }

  /// The packets that open it.
  public mutating func open() -> [[UInt8]] {
    [fromClient(.syn), fromServer([.syn, .ack]), fromClient(.ack)]
  }

  /// Opened, greeted, and the first command said.
  public mutating func begin() -> [[UInt8]] {
    open() + [says("220 Welcome\r\n"), asks("USER anonymous\r\n"), says("230 Come in\r\n")]
  }

  /// The same, then the client asks for a port, and the server names one.
  public mutating func beginPassive(_ port: UInt16 = 6_446) -> [[UInt8]] {
    begin() + [asks("EPSV\r\n"), says("229 (|||\(port)|)\r\n")]
  }

  /// The client's next segment.
  public mutating func asks(_ text: String) -> [UInt8] { fromClient([.psh, .ack], Array(text.utf8)) }

  /// The server's next segment.
  public mutating func says(_ text: String) -> [UInt8] { fromServer([.psh, .ack], Array(text.utf8)) }

  /// - Parameter lost: bytes before it that nobody sees.
  public mutating func fromClient(
    _ flags: Frame.TCPFlags, _ payload: [UInt8] = [], skipping lost: UInt32 = 0
  ) -> [UInt8] {
    clientNext &+= lost
    defer { clientNext &+= UInt32(payload.count) &+ (flags.contains(.syn) ? 1 : 0) }
    return Frame.tcp(
      from: client, clientPort, to: server, serverPort, flags: flags, payload: payload, sequence: clientNext,
      acknowledgement: serverNext)
  }

  /// The same the other way.
  public mutating func fromServer(
    _ flags: Frame.TCPFlags, _ payload: [UInt8] = [], skipping lost: UInt32 = 0
  ) -> [UInt8] {
    serverNext &+= lost
    defer { serverNext &+= UInt32(payload.count) &+ (flags.contains(.syn) ? 1 : 0) }
    return Frame.tcp(
      from: server, serverPort, to: client, clientPort, flags: flags, payload: payload, sequence: serverNext,
      acknowledgement: clientNext)
  }

  /// Goes back so many bytes, so that they are sent again.
  public mutating func rewind(client: UInt32 = 0, server: UInt32 = 0) {
    clientNext &-= client
    serverNext &-= server
  }

  /// A request for a data connection: to the server in passive mode, from it in active mode.
  public func data(to port: UInt16, isActive: Bool = false, from source: String? = nil) -> [UInt8] {
    isActive
      ? Frame.tcp(from: source ?? server, 20, to: client, port, flags: .syn)
      : Frame.tcp(from: source ?? client, 45_678, to: server, port, flags: .syn)
  }
}
