internal import CLanes

extension RawSpan {
  /// Has the two cache lines fetched in which the headers of a frame lie, because they will be read soon. Changes nothing but how
  /// long that takes: for frames that another core has read.
  public func fetchHeaders() {
    unsafe withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      // Safe: nothing is read, whatever the address is.
      unsafe sentry_prefetch_to_read(start)
      unsafe sentry_prefetch_to_read(start + 64)
    }
  }
}
