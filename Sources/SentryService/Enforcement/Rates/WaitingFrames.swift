internal import SentryCapture
internal import SentryPacket
internal import SentryState

/// The packets that wait for their rate, by the places that the table of rates gives them.
struct WaitingFrames: ~Copyable {
  private struct Place {
    var identifier: UInt32 = 0
    var port = 0
    /// Empty if the packet is somewhere else.
    var bytes: [UInt8] = []
  }

  private var places: [Place] = []

  init() { places = Array(repeating: Place(), count: RateTable.holdCapacity) }

  /// - Parameters:
  ///   - identifier: by which the kernel knows the packet.
  ///   - port: the side of a bridge that it came from.
  ///   - bytes: as they are to go on; `nil` if the kernel has them.
  mutating func put(_ identifier: UInt32 = 0, port: Int = 0, _ bytes: RawSpan? = nil, at place: Int) {
    guard places.indices.contains(place) else { return }
    places[place].identifier = identifier
    places[place].port = port
    places[place].bytes.removeAll(keepingCapacity: true)
    if let bytes { places[place].bytes.append(captured: bytes, 0..<bytes.byteCount) }
  }

  func identifier(at place: Int) -> UInt32 { places.indices.contains(place) ? places[place].identifier : 0 }

  func port(at place: Int) -> Int { places.indices.contains(place) ? places[place].port : 0 }

  /// `nil` if the kernel has the bytes.
  func withBytes(at place: Int, _ body: (RawSpan?) -> Void) {
    guard places.indices.contains(place), !places[place].bytes.isEmpty else { return body(nil) }
    places[place].bytes.withRawSpan { body($0) }
  }
}
