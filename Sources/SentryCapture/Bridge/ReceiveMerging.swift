/// Keeps an interface from joining the packets it receives into longer ones, as long as this exists.
///
/// Joined packets (large receive offload, generic receive offload) are no packets that anybody has sent: a bridge must pass them on as
/// they came. What was switched on before is switched on again at the end.
public final class ReceiveMerging {
  private static let getMerging: UInt32 = 0x2B
  private static let setMerging: UInt32 = 0x2C
  private static let getFlags: UInt32 = 0x25
  private static let setFlags: UInt32 = 0x26
  private static let largeReceive: UInt32 = 1 << 15

  private let interface: String
  private var hadMerging = false
  private var hadLargeReceive = false
  /// Why something could not be switched off; `nil` if all is off.
  public private(set) var problem: String?

  /// Switches off what is on. What the interface does not know is off.
  public init(switchedOffOn interface: String) {
    self.interface = interface
    do throws(SystemError) {
      try switchOff()
    } catch {
      problem = "\(CaptureError.systemCall(name: error.name, code: error.code))"
    }
  }

  deinit {
    guard hadMerging || hadLargeReceive, let control = try? InterfaceControl() else { return }
    if hadMerging { _ = try? control.ethtool(Self.setMerging, 1, on: interface) }
    if hadLargeReceive, let flags = try? control.ethtool(Self.getFlags, on: interface) {
      _ = try? control.ethtool(Self.setFlags, flags | Self.largeReceive, on: interface)
    }
  }

  /// As `ethtool -K` calls what was switched off: `gro`, `lro`.
  public var switchedOff: [String] { (hadMerging ? ["gro"] : []) + (hadLargeReceive ? ["lro"] : []) }

  private func switchOff() throws(SystemError) {
    let control = try InterfaceControl()
    if let merging = try? control.ethtool(Self.getMerging, on: interface), merging != 0 {
      try control.ethtool(Self.setMerging, 0, on: interface)
      hadMerging = true
    }
    if let flags = try? control.ethtool(Self.getFlags, on: interface), flags & Self.largeReceive != 0 {
      try control.ethtool(Self.setFlags, flags & ~Self.largeReceive, on: interface)
      hadLargeReceive = true
    }
  }
}
