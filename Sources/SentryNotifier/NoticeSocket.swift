internal import Glibc
internal import SentryProcesses

/// One end of the socket between the daemon and the process that carries out notifications.
struct NoticeSocket: Sendable {
  let descriptor: Int32

  enum SendFailure: Error {
    /// The other end has not read what was sent before.
    case full
    case tooLong
    case closed
  }

  func send(_ message: some Encodable, waits: Bool) throws(SendFailure) {
    guard let bytes = NoticeMessage.bytes(of: message) else { throw .tooLong }
    let flags = Int32(MSG_NOSIGNAL) | (waits ? 0 : Int32(MSG_DONTWAIT))
    while true {
      // Safe: the kernel reads so many bytes during the call.
      if unsafe Glibc.send(descriptor, bytes, bytes.count, flags) == bytes.count { return }
      if errno == EINTR { continue }
      switch errno {
      case EAGAIN, ENOBUFS: throw .full
      // Larger than the socket's buffer, whatever else waits there.
      case EMSGSIZE: throw .tooLong
      default: throw .closed
      }
    }
  }

  /// Waits for the next message that reads as one; `nil` at the end.
  func receive<Message: Decodable>(_ type: Message.Type, into buffer: inout [UInt8]) -> Message? {
    while true {
      // Safe: the buffer has that size.
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      if let message = NoticeMessage.read(buffer[..<count], as: type) { return message }
    }
  }

  /// Has the kernel hold a few of the longest messages, as far as it lets us (`net.core.wmem_max`).
  func makeRoom() {
    var bytes = Int32(4 * NoticeMessage.longest)
    // Safe: the call reads the number.
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
  }

  static func makeBuffer() -> [UInt8] { [UInt8](repeating: 0, count: NoticeMessage.longest + 1) }
}
