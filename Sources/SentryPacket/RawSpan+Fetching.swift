internal import CLanes

extension RawSpan {
  /// Has the two cache lines fetched in which the headers of a frame lie, because they will be read soon. Changes nothing but how
  /// long that takes: for frames that another core has read.
  public func fetchHeaders() { fetch(0..<128) }

  /// The same for all bytes at these offsets; some of them may lie behind the end.
  public func fetch(_ offsets: Range<Int>) {
    unsafe withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      // Safe: nothing is read, whatever the addresses are.
      unsafe sentry_prefetch_to_read(start + offsets.lowerBound, start + offsets.upperBound)
    }
  }
}
