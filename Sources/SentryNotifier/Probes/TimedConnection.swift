internal import Glibc
internal import SystemPackage

/// A connection of TCP whose waits all end at the same moment, however many there are.
@safe
struct TimedConnection: ~Copyable {
  struct Failure: Error {
    var text: String

    init(_ text: String) { self.text = text }

    /// - Parameter code: an `errno`.
    init(_ text: String, _ code: Int32) { self.text = "\(text): \(Errno(rawValue: code))" }
  }

  private let descriptor: Int32
  private let deadline: ContinuousClock.Instant

  /// - Parameters:
  ///   - patience: it must be there by then; by the deadline unless told otherwise.
  ///   - deadline: of all that follows.
  init(
    to address: SocketAddress, connectingUntil patience: ContinuousClock.Instant? = nil,
    deadline: ContinuousClock.Instant
  ) throws(Failure) {
    descriptor = try Self.connected(to: address, patience ?? deadline)
    self.deadline = deadline
  }

  deinit { close(descriptor) }

  private static func connected(
    to address: SocketAddress, _ deadline: ContinuousClock.Instant
  ) throws(Failure) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(address.family, type, 0)
    guard descriptor >= 0 else { throw Failure("socket", errno) }
    if let failure = failure(of: descriptor, to: address, deadline) {
      close(descriptor)
      throw failure
    }
    return descriptor
  }

  /// Connects a socket that does not wait by itself.
  private static func failure(
    of descriptor: Int32, to address: SocketAddress, _ deadline: ContinuousClock.Instant
  ) -> Failure? {
    // Safe: the call reads the structure of that length.
    let status = unsafe address.withSystemForm { unsafe connect(descriptor, $0, $1) }
    if status == 0 { return nil }
    guard errno == EINPROGRESS else { return Failure("no connection", errno) }
    guard Readiness.wait(descriptor, Int16(POLLOUT), until: deadline) else {
      return Failure("no connection in time")
    }
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    // Safe: the call writes a number of that size.
    unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
    return code == 0 ? nil : Failure("no connection", code)
  }

  /// It ends by a reset when it is let go, not by saying goodbye.
  func endByReset() {
    var reset = linger(l_onoff: 1, l_linger: 0)
    // Safe: the call reads the structure.
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
  }

  func send(_ bytes: [UInt8]) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard Readiness.wait(descriptor, Int16(POLLOUT), until: deadline) else { throw Failure("it does not listen") }
      // Safe: the kernel reads so many bytes during the call.
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count > 0 else { throw Failure("send", errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// What comes next: at least a byte.
  func receive() throws(Failure) -> ArraySlice<UInt8> {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      guard Readiness.wait(descriptor, Int16(POLLIN), until: deadline) else { throw Failure("no answer in time") }
      // Safe: the buffer has that size.
      let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      if count < 0 { throw Failure("receive", errno) }
      guard count > 0 else { throw Failure("it has closed the connection") }
      return buffer[..<count]
    }
  }
}

enum Readiness {
  /// - Returns: false if nothing comes in time.
  static func wait(_ descriptor: Int32, _ events: Int16, milliseconds: Int32) -> Bool {
    wait(descriptor, events, until: .now + .milliseconds(milliseconds))
  }

  /// - Returns: false if nothing comes by then.
  static func wait(_ descriptor: Int32, _ events: Int16, until deadline: ContinuousClock.Instant) -> Bool {
    while true {
      let left = (deadline - .now).milliseconds
      guard left >= 0 else { return false }
      var polled = pollfd(fd: descriptor, events: events, revents: 0)
      // Safe: one structure.
      let count = unsafe poll(&polled, 1, Int32(clamping: left))
      if count > 0 { return true }
      if count < 0, errno != EINTR { return false }
      if count == 0 { return false }
    }
  }
}
