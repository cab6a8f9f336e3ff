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
    for shard in block.shares.indices { block.shares[shard].removeAll(keepingCapacity: true) }
    block.firstClock = nil
    while file < inputs.count {
      block.file = file
      if try readFile(into: &block) > 0 { return }
      file += 1
    }
  }

  private mutating func readFile(into block: inout RoutedBlock) throws(CaptureError) -> Int {
    let linkType = inputs.linkType(of: file)
    // They grow while the frames are looked at.
    var shares: [[RoutedBlock.Share]] = []
    swap(&shares, &block.shares)
    defer { swap(&shares, &block.shares) }
    var (index, firstClock) = (0 as UInt32, nil as Timestamp?)
    defer { block.firstClock = firstClock }
    return try inputs.read(file, into: &block.frames) { frame, header in
      let clock = max(clock ?? header.time, header.time)
      let route = router.route(frame, linkType: linkType, wireLength: header.wireLength)
      shares[Int(route.shard)].append(RoutedBlock.Share(clock: clock, index: index, isJudged: true))
      if route.isShared {
        for shard in shares.indices where shard != Int(route.shard) {
          shares[shard].append(RoutedBlock.Share(clock: clock, index: index, isJudged: false))
        }
      }
      if index == 0 { firstClock = clock }
      index += 1
      self.clock = clock
    }
  }

  /// See `CaptureFile.checkExtent()`.
  mutating func checkExtents() throws(CaptureError) { try inputs.checkExtents() }

  consuming func takeInputs() -> CaptureInputs { inputs }
}
