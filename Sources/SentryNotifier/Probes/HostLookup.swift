internal import Glibc
public import SentryPacket
internal import Synchronization

/// The addresses of hosts and the names of addresses, as the system finds them (getaddrinfo(3)), but not for longer than a while.
public enum HostLookup {
  /// The name of an address; `nil` if it has none, or nobody says so in ten seconds. Names can say anything: whoever has an address
  /// chooses its name.
  public static func name(of address: IPAddress) async -> String? {
    guard case .success(let forms) = find(address.description), let form = forms.first else { return nil }
    guard case .success(let name) = await name(of: form, written: address.description) else { return nil }
    return name
  }

  struct Failure: Error, Equatable {
    var text: String
  }

  private static let patience = Duration.seconds(10)

  /// Numbers of the one family before the other, as the system prefers.
  static func addresses(of host: String) async -> Result<[SocketAddress], Failure> {
    await inTime(host) { find(host) }
  }

  /// The name of an address.
  static func name(of address: SocketAddress, written host: String) async -> Result<String, Failure> {
    await inTime(host) {
      var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let code = unsafe address.withSystemForm { form, length in
        // Safe: the call reads the structure, and writes at most as many bytes as the buffer has, with a zero at the end.
        unsafe getnameinfo(form, length, &name, socklen_t(name.count), nil, 0, NI_NAMEREQD)
      }
      guard code == 0 else { return .failure(Failure(text: "\(host): \(message(code))")) }
      return .success(
        CleanText.line(String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)))
    }
  }

  /// The system's own patience may be much longer; its thread then ends by itself, later.
  private static func inTime<Value: Sendable>(
    _ host: String, _ body: @escaping @Sendable () -> Result<Value, Failure>
  ) async -> Result<Value, Failure> {
    await TimeLimit.run(patience) { await Blocking.run(body) }
      ?? .failure(Failure(text: "\(host): no answer in \(patience.components.seconds) s"))
  }

  /// Waits as long as the system does.
  static func find(_ host: String) -> Result<[SocketAddress], Failure> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    // Safe: Swift passes `host` as a terminated string; the call makes a list, which is freed below.
    let code = unsafe getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else { return .failure(Failure(text: "\(host): \(message(code))")) }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var entry = unsafe list
    while let found = unsafe entry {
      if let address = unsafe found.pointee.ai_addr.flatMap({
        unsafe SocketAddress($0, length: found.pointee.ai_addrlen)
      }),
        !addresses.contains(address)
      {
        addresses.append(address)
      }
      unsafe entry = found.pointee.ai_next
    }
    return .success(addresses)
  }

  private static func message(_ code: Int32) -> String {
    // Safe: the call answers with a terminated string that is never freed.
    unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  /// `192.0.2.1`
  static func text(of address: SocketAddress) -> String {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = unsafe address.withSystemForm { form, length in
      // Safe: as above.
      unsafe getnameinfo(form, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    }
    return code == 0 ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "?"
  }
}
