internal import Glibc

/// A Unix datagram socket at a path, as the system's log or its journal have one, or at an abstract address, a name that begins with `@`;
/// the path is free again when the test lets go of it.
public final class DatagramReader: Sendable {
  private let descriptor: Int32
  private let path: String

  public struct Failure: Error {
    public var call: String
    public var code: Int32
  }

  public init(at path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    var address = sockaddr_un()
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Failure(call: "bind", code: ENAMETOOLONG)
    }
    address.sun_family = sa_family_t(AF_UNIX)
    // Safe: the path was just shown to fit; what follows it is zero.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    if path.hasPrefix("@") {
      address.sun_path.0 = 0
      length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    }
    // Safe: the kernel reads one address of this size during the call.
    let status = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
    }
    guard status == 0 else { throw Failure(call: "bind", code: errno) }
  }

  deinit {
    close(descriptor)
    // Safe: the call reads the path, which lives as long as it runs.
    unsafe unlink(path)
  }

  /// The next datagram; `nil` if none comes for so many milliseconds.
  public func next(within patience: Int32 = 10_000) -> [UInt8]? {
    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Safe: the kernel reads and writes this one question during the call.
    guard unsafe poll(&question, 1, patience) > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    let capacity = buffer.count
    // Safe: the kernel writes at most `capacity` bytes into the array's storage during the call.
    let count = unsafe recv(descriptor, &buffer, capacity, 0)
    return count < 0 ? nil : Array(buffer.prefix(count))
  }

  /// All datagrams that are there or come within a moment of each other.
  public func all() -> [[UInt8]] {
    var datagrams: [[UInt8]] = []
    while let datagram = next(within: 200) { datagrams.append(datagram) }
    return datagrams
  }
}
