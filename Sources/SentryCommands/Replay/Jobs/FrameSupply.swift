internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

/// Reads the captures of a replay one after the other, and says where each frame goes.
struct FrameSupply: ~Copyable {
  private var inputs: CaptureInputs
  private var router: ShardRouter
  /// The capture that is being read.
  private var file = 0
  /// The latest time seen; `nil` before the first frame.
  private(set) var clock: Timestamp?

  init(_ inputs: consuming CaptureInputs, router: ShardRouter) {
    self.inputs = inputs
    self.router = router
  }

  var bytesRead: Int64 { inputs.bytesRead(upTo: file) }

  /// Reads the next frames, all of one capture.
  ///
  /// - Throws: what is wrong behind the frames that are then in `block`.
  mutating func read(into block: inout RoutedBlock) throws(CaptureError) {
    block.routes.removeAll(keepingCapacity: true)
    while file < inputs.count {
      block.file = file
      if try readFile(into: &block) > 0 { return }
      file += 1
    }
  }

  private mutating func readFile(into block: inout RoutedBlock) throws(CaptureError) -> Int {
    let linkType = inputs.linkType(of: file)
    var routes: [RoutedBlock.Route] = []
    swap(&routes, &block.routes)
    defer { swap(&routes, &block.routes) }
    return try inputs.read(file, into: &block.frames) { frame, header in
      let clock = max(clock ?? header.time, header.time)
      let route = router.route(frame, linkType: linkType, wireLength: header.wireLength)
      routes.append(RoutedBlock.Route(clock: clock, shard: route.shard, isShared: route.isShared))
      self.clock = clock
    }
  }

  consuming func takeInputs() -> CaptureInputs { inputs }
}
