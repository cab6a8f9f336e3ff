/// The sum of what a counter of the kernel's has counted, which begins anew whenever somebody takes it out.
struct RestartingCount {
  private var before: UInt64 = 0
  private var last: UInt64 = 0

  /// - Parameter reading: what the counter says now; less than the last time if it is another one.
  /// - Returns: what has been counted since the first reading, as far as it was read.
  mutating func total(_ reading: UInt64) -> UInt64 {
    if reading < last { before &+= last }
    last = reading
    return before &+ reading
  }
}
