internal import Glibc

/// Reads and changes what the kernel keeps about an interface (netdevice(7)).
struct InterfaceControl: ~Copyable {
  /// The requests and commands of `linux/sockios.h` and `linux/ethtool.h` that are used here.
  private enum Request {
    static let flags: UInt = 0x8913
    static let mtu: UInt = 0x8921
    static let hardwareAddress: UInt = 0x8927
    static let ethtool: UInt = 0x8946
  }

  /// Where a request keeps its parts, in bytes from its start (`struct ifreq`).
  private enum Layout {
    static let nameLength = 16
    static let value = 16
    static let hardwareAddress = 18  // behind the family
    static let length = 40
  }

  private let descriptor: OwnedDescriptor

  /// - Throws: `SystemError`.
  init() throws(SystemError) {
    descriptor = OwnedDescriptor(
      adopting: try systemCall("socket") {
        socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      })
  }

  /// The longest packet it sends, link header apart, in bytes.
  func mtu(of interface: String) throws(SystemError) -> Int {
    var request = try Self.request(for: interface)
    try call(Request.mtu, &request)
    // Safe: four bytes of the forty.
    return unsafe request.withUnsafeBytes { unsafe Int($0.loadUnaligned(fromByteOffset: Layout.value, as: Int32.self)) }
  }

  /// In the low 48 bits, first byte on the wire highest.
  func hardwareAddress(of interface: String) throws(SystemError) -> UInt64 {
    var request = try Self.request(for: interface)
    try call(Request.hardwareAddress, &request)
    return request[Layout.hardwareAddress..<Layout.hardwareAddress + 6].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Carries out a command that has one number (`struct ethtool_value`).
  ///
  /// - Returns: that number afterwards.
  @discardableResult
  func ethtool(_ command: UInt32, _ number: UInt32 = 0, on interface: String) throws(SystemError) -> UInt32 {
    var request = try Self.request(for: interface)
    var argument = (command, number)
    // Safe: the kernel reads and writes the eight bytes of `argument`, whose address stands in the request only during the call.
    try unsafe withUnsafeMutablePointer(to: &argument) { pointer throws(SystemError) in
      unsafe request.withUnsafeMutableBytes {
        unsafe $0.storeBytes(of: UInt(bitPattern: pointer), toByteOffset: Layout.value, as: UInt.self)
      }
      try call(Request.ethtool, &request)
    }
    return argument.1
  }

  private static func request(for interface: String) throws(SystemError) -> [UInt8] {
    let name = Array(interface.utf8)
    guard !name.isEmpty, name.count < Layout.nameLength else { throw SystemError(name: "ioctl", code: ENODEV) }
    return name + [UInt8](repeating: 0, count: Layout.length - name.count)
  }

  private func call(_ number: UInt, _ request: inout [UInt8]) throws(SystemError) {
    let raw = descriptor.raw
    // Safe: the kernel reads and writes no more than the forty bytes of a request.
    _ = try systemCall("ioctl") {
      unsafe request.withUnsafeMutableBytes { bytes in
        guard let start = bytes.baseAddress else { return Int32(-1) }
        return unsafe ioctl(raw, number, start)
      }
    }
  }
}
