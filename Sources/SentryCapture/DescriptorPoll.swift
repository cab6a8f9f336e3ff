internal import CPcap
internal import Glibc

/// Waits for the first of several descriptors to become readable (epoll, level-triggered).
@safe public struct DescriptorPoll: ~Copyable {
  private let descriptor: Int32
  /// Where the kernel writes which descriptors are ready; allocated once.
  private var ready: [epoll_event]
  /// How many of them the last `wait` filled.
  private var readyCount = 0

  /// One `wait` reports at most `capacity` descriptors, at least 1; the others come with the next.
  ///
  /// - Throws: `.systemCall`.
  public init(capacity: Int = 64) throws(CaptureError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    // Safe: empty events, plain integers; the union is only read where `wait` shows the kernel filled it.
    unsafe ready = Array(repeating: epoll_event(), count: max(1, min(capacity, 4_096)))
    guard descriptor >= 0 else { throw .systemCall(name: "epoll_create1", code: errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Watches `watched`, which stays its owner's and must be removed before it is closed; `wait` reports it as `tag`.
  ///
  /// - Throws: `.systemCall`.
  public func add(_ watched: Int32, tag: UInt64) throws(CaptureError) {
    // Safe: plain integers.
    var event = unsafe epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: tag))
    // Safe: the kernel copies `event` during the call.
    guard unsafe epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0 else {
      throw .systemCall(name: "epoll_ctl", code: errno)
    }
  }

  /// Stops watching; without effect for a descriptor that is not watched.
  public func remove(_ watched: Int32) {
    // Safe: the kernel ignores `event` here; old kernels want an address all the same.
    var event = unsafe epoll_event()
    _ = unsafe epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
  }

  /// Waits until a descriptor is readable (or broken), or `milliseconds` have passed; 0 looks without waiting. A signal
  /// ends the wait early.
  ///
  /// - Returns: how many descriptors are ready; `tag` names them.
  public mutating func wait(milliseconds: Int32) throws(CaptureError) -> Int {
    readyCount = 0
    // Safe: the kernel writes at most `ready.count` events into the array's storage, which outlives the call.
    let count = unsafe epoll_wait(descriptor, &ready, Int32(ready.count), max(0, milliseconds))
    guard count >= 0 else {
      guard errno == EINTR else { throw .systemCall(name: "epoll_wait", code: errno) }
      return 0
    }
    readyCount = Int(count)
    return readyCount
  }

  /// The tag of one of the descriptors that the last `wait` found ready; `nil` past the last of them.
  public func tag(_ index: Int) -> UInt64? {
    guard index >= 0, index < readyCount else { return nil }
    // Safe: the kernel filled the first `readyCount` events, and `add` stores nothing but `u64` in the union.
    return unsafe ready[index].data.u64
  }
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
