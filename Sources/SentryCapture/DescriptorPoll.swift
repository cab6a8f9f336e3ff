internal import CPcap
internal import Glibc

/// Waits for the first of several descriptors to become readable.
///
/// With poll(2), not epoll: there are only a few, and whoever hands over a packet and then waits for the answer has the kernel
/// wake the reader on its own processor. Behind epoll that hint is lost, and with it tens of microseconds where the other
/// processor sleeps (the 99th percentile of round trips through a queue: 33 µs against 118).
public struct DescriptorPoll: ~Copyable {
  private var watched: [pollfd] = []
  /// What each of `watched` is reported as.
  private var tags: [UInt64] = []
  /// Those that the last `wait` found ready.
  private var ready: [UInt64] = []

  public init() {}

  /// Watches `descriptor`, which stays its owner's and must be removed before it is closed; `wait` reports it as `tag`.
  public mutating func add(_ descriptor: Int32, tag: UInt64) {
    watched.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    tags.append(tag)
    ready.reserveCapacity(watched.count)
  }

  /// Stops watching; without effect for a descriptor that is not watched.
  public mutating func remove(_ descriptor: Int32) {
    guard let index = watched.firstIndex(where: { $0.fd == descriptor }) else { return }
    watched.remove(at: index)
    tags.remove(at: index)
  }

  /// Waits until a descriptor is readable (or broken), or `milliseconds` have passed; 0 looks without waiting. A signal
  /// ends the wait early.
  ///
  /// - Returns: how many descriptors are ready; `tag` names them.
  /// - Throws: `.systemCall`.
  public mutating func wait(milliseconds: Int32) throws(CaptureError) -> Int {
    ready.removeAll(keepingCapacity: true)
    // Safe: the kernel reads and writes so many entries of the array's storage, which outlives the call.
    guard unsafe poll(&watched, nfds_t(watched.count), max(0, milliseconds)) >= 0 else {
      guard errno == EINTR else { throw .systemCall(name: "poll", code: errno) }
      return 0
    }
    for index in watched.indices where watched[index].revents != 0 { ready.append(tags[index]) }
    return ready.count
  }

  /// The same until `instant`, or a millisecond later.
  public mutating func wait(until instant: ContinuousClock.Instant) throws(CaptureError) -> Int {
    let left = ContinuousClock.now.duration(to: instant).components
    let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
    return try wait(milliseconds: Int32(clamping: milliseconds + 1))
  }

  /// The tag of one of the descriptors that the last `wait` found ready; `nil` past the last of them.
  public func tag(_ index: Int) -> UInt64? { ready.indices.contains(index) ? ready[index] : nil }
}

/// Wakes a thread that waits in `DescriptorPoll` (an eventfd).
///
/// Any thread may signal; signals that come before `clear` count as one.
public final class WakeDescriptor: Sendable {
  /// For `DescriptorPoll.add`; readable while a signal is pending.
  public let descriptor: Int32

  public init() throws(CaptureError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw .systemCall(name: "eventfd", code: errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  public func signal() { _ = eventfd_write(descriptor, 1) }

  public func clear() {
    var value: eventfd_t = 0
    // Safe: the call writes one `eventfd_t` into `value`.
    _ = unsafe eventfd_read(descriptor, &value)
  }
}
