internal import Glibc
internal import Synchronization

/// The names of `/etc/services` and `/etc/protocols`, as the C library knows them.
public enum ServiceNames {
  /// The library has one record for all threads.
  private static let turn = Mutex(())

  /// The service of a port of `TCP` or `UDP`; `nil` if it has no name here.
  public static func name(port: UInt16, protocol name: String) -> String? {
    turn.withLock { _ in
      // Safe: the library's record is copied before anybody asks again: nobody does without the turn.
      guard let service = unsafe getservbyport(CInt(port.bigEndian), name.lowercased()) else { return nil }
      return unsafe String(cString: service.pointee.s_name)
    }
  }

  /// `GRE`; `protocol 253` for one without a name.
  public static func name(ofProtocol number: UInt8) -> String {
    turn.withLock { _ in
      // Safe: as above.
      guard let entry = unsafe getprotobynumber(CInt(number)) else { return "protocol \(number)" }
      return unsafe String(cString: entry.pointee.p_name).uppercased()
    }
  }

  /// The port of a service of `tcp` or `udp`; `nil` if none has that name here.
  public static func port(of name: String, protocol: String) -> UInt16? {
    turn.withLock { _ in
      // Safe: as above.
      guard let service = unsafe getservbyname(name, `protocol`.lowercased()) else { return nil }
      return unsafe UInt16(truncatingIfNeeded: service.pointee.s_port).bigEndian
    }
  }

  /// The number of a protocol; `nil` if none has that name here.
  public static func number(ofProtocol name: String) -> UInt8? {
    turn.withLock { _ in
      // Safe: as above.
      guard let entry = unsafe getprotobyname(name.lowercased()) else { return nil }
      return unsafe UInt8(exactly: entry.pointee.p_proto)
    }
  }
}
