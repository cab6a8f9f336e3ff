internal import Glibc
internal import SystemPackage

/// A notification on somebody's desktop, through the message bus of that session (Desktop Notifications Specification 1.2, "Notify").
/// The bus listens to its own user only, so that is who this process must be.
enum DesktopNotification {
  private static let name = "org.freedesktop.Notifications"
  private static let bus = "org.freedesktop.DBus"

  static func show(_ order: DesktopOrder) -> NoticeOutcome {
    do throws(BusConnection.Failure) {
      var connection = try BusConnection(path: order.bus)
      let hello = BusMessage().call(
        serial: 1, destination: bus, path: "/org/freedesktop/DBus", interface: bus, member: "Hello")
      try connection.ask(hello, serial: 1)
      let notify = message(order).call(
        serial: 2, destination: name, path: "/org/freedesktop/Notifications", interface: name, member: "Notify")
      try connection.ask(notify, serial: 2)
      return .done()
    } catch {
      return .failed("\(order.bus): \(error.text)")
    }
  }

  /// Name of the program, number of the notification it replaces, icon, summary, body, actions, hints, milliseconds.
  static func message(_ order: DesktopOrder) -> BusMessage {
    BusMessage { bytes in
      bytes.string("sentry")
      bytes.number(0)
      bytes.string("security-high")
      bytes.string(CleanText.line(order.title))
      bytes.string(markup(CleanText.lines(order.text).joined(separator: "\n")))
      bytes.array(alignment: 4) { _ in }
      bytes.array(alignment: 8) { hints in
        // The most urgent: it stays until somebody has seen it.
        hints.align(to: 8)
        hints.string("urgency")
        hints.signature("y")
        hints.byte(2)
      }
      bytes.number(UInt32(bitPattern: -1))
      return "susssasa{sv}i"
    }
  }

  /// The text may be read as markup.
  private static func markup(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}

/// A connection to a message bus, for calls one after the other.
@safe
struct BusConnection: ~Copyable {
  struct Failure: Error {
    var text: String
  }

  private static let patience: Int32 = 3_000
  private static let messagesPassedOver = 100
  private let descriptor: Int32
  private var unread: [UInt8] = []

  /// Connects, and says who we are (D-Bus specification, "Authentication Protocol": EXTERNAL, by the kernel's word).
  init(path: String) throws(Failure) {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(text: "socket: \(Errno(rawValue: errno))") }
    guard Self.connect(descriptor, to: path) else { throw Failure(text: "no connection: \(Errno(rawValue: errno))") }
    let user = "\(geteuid())".utf8.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0\(digits)" : digits
    }.joined()
    try send(Array("\0AUTH EXTERNAL \(user)\r\n".utf8))
    guard try line().hasPrefix("OK ") else { throw Failure(text: "the bus does not accept user \(geteuid())") }
    try send(Array("BEGIN\r\n".utf8))
  }

  deinit { close(descriptor) }

  private static func connect(_ descriptor: Int32, to path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8) + [0]
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path), !path.utf8.contains(0) else {
      errno = ENAMETOOLONG
      return false
    }
    // Safe: the bytes were just shown to fit.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    // Safe: the call reads the structure.
    return unsafe withUnsafeBytes(of: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self) {
        unsafe Glibc.connect(descriptor, $0.baseAddress, socklen_t(address.count)) == 0
      }
    }
  }

  /// Sends a call and waits for what answers it.
  mutating func ask(_ call: [UInt8], serial: UInt32) throws(Failure) {
    try send(call)
    for _ in 0..<Self.messagesPassedOver {
      let head = try take(BusReply.head, removes: false)
      guard let length = BusReply.length(head), let reply = BusReply(try take(length, removes: true)) else {
        throw Failure(text: "the bus says what is no message")
      }
      guard reply.answers == serial else { continue }
      guard reply.kind != .error else { throw Failure(text: CleanText.line(reply.errorName ?? "an error")) }
      return
    }
    throw Failure(text: "no answer among \(Self.messagesPassedOver) messages")
  }

  private func send(_ bytes: [UInt8]) throws(Failure) {
    // Safe: the kernel reads so many bytes during the call.
    guard unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw Failure(text: "send: \(Errno(rawValue: errno))")
    }
  }

  private mutating func line() throws(Failure) -> String {
    while true {
      if let end = unread.firstIndex(of: 0x0A) {
        defer { unread.removeSubrange(...end) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      guard unread.count < 4_096 else { throw Failure(text: "the bus says what is no answer") }
      try receive()
    }
  }

  private mutating func take(_ count: Int, removes: Bool) throws(Failure) -> [UInt8] {
    while unread.count < count { try receive() }
    defer { if removes { unread.removeFirst(count) } }
    return Array(unread.prefix(count))
  }

  private mutating func receive() throws(Failure) {
    guard Readiness.wait(descriptor, Int16(POLLIN), milliseconds: Self.patience) else {
      throw Failure(text: "no answer in \(Self.patience / 1_000) s")
    }
    var buffer = [UInt8](repeating: 0, count: 4_096)
    // Safe: the buffer has that size.
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Failure(text: "the bus has closed the connection") }
    unread += buffer[..<count]
  }
}
