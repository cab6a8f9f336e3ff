internal import Glibc
public import SentryPacket

/// One side of a bridge: takes the frames that arrive at an interface, and sends others out of it.
public final class BridgePort {
  public let interface: String
  /// The longest packet it sends, link header apart, in bytes.
  public private(set) var mtu: Int
  /// In the low 48 bits, first byte on the wire highest.
  public let hardwareAddress: UInt64
  public let merging: ReceiveMerging
  private let capture: LiveCapture

  /// Frames of virtual interfaces may be as long as packets can be: their senders leave the cutting to a network card. With the
  /// headers that the ring puts before each, one of this length takes 64 KiB.
  public static let longestFrame = 65_408
  /// Frames with two VLAN tags.
  private static let linkHeader = 22

  /// Opens an Ethernet interface.
  ///
  /// - Parameter takesLongFrames: frames longer than the interface itself could send are to be expected.
  /// - Throws: as `LiveCapture`; `.notBridgeable`.
  public init(interface: String, takesLongFrames: Bool) throws(CaptureError) {
    self.interface = interface
    let control: InterfaceControl
    do throws(SystemError) { control = try InterfaceControl() } catch {
      throw .systemCall(name: error.name, code: error.code)
    }
    // An interface that is not there is named with those that are when it is opened.
    mtu = (try? control.mtu(of: interface)) ?? 1_500
    hardwareAddress = (try? control.hardwareAddress(of: interface)) ?? 0
    merging = ReceiveMerging(switchedOffOn: interface)
    capture = try LiveCapture(
      interface: interface, options: Self.options(length: takesLongFrames ? Self.longestFrame : mtu + Self.linkHeader))
    guard capture.linkType == .ethernet else {
      throw .notBridgeable(interface: interface, reason: "it is not an Ethernet interface")
    }
    let isLoopback = try NetworkInterface.all().contains { $0.name == interface && $0.isLoopback }
    guard !isLoopback else { throw .notBridgeable(interface: interface, reason: "it is the loopback interface") }
  }

  private static func options(length: Int) -> LiveCapture.Options {
    var options = LiveCapture.Options()
    options.snapshotLength = length
    options.isPromiscuous = true
    options.isImmediate = true
    options.takesOnlyArriving = true
    // Room for some 500 frames of the longest kind, or 10 000 of usual ones.
    options.bufferBytes = length > 9_216 ? 32 << 20 : 16 << 20
    return options
  }

  /// Whether frames longer than the interface itself could send are to be expected: it is no network card.
  public static func expectsLongFrames(from interface: String) -> Bool {
    // Safe: Swift passes the path as a terminated string that lives during the call.
    unsafe access("/sys/class/net/\(interface)/device", F_OK) != 0
  }

  public var selectableDescriptor: Int32 { capture.selectableDescriptor }

  public var linkType: LinkType { capture.linkType }

  /// As `LiveCapture.dispatch`; `body` may inject.
  public func dispatch(
    maximum: Int, _ body: (RawSpan, FrameHeader) -> Void
  ) throws(CaptureError) -> Int {
    try capture.dispatch(maximum: maximum, body)
  }

  public func inject(_ frame: RawSpan) -> Injection { capture.inject(frame) }

  public func statistics() throws(CaptureError) -> CaptureStatistics { try capture.statistics() }

  /// Looks whether somebody has changed what the interface can send.
  public func refresh() {
    guard let control = try? InterfaceControl(), let now = try? control.mtu(of: interface) else { return }
    mtu = now
  }
}
