internal import CPcap
internal import Glibc
internal import SentryPacket

extension PcapHandle {
  /// Opens an interface for capturing without blocking.
  static func capturing(
    on interface: String, options: LiveCapture.Options
  ) throws(CaptureError) -> PcapHandle {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    // Safe: the buffer has the size libpcap asks for; it copies the name.
    guard let handle = unsafe pcap_create(interface, &message) else {
      throw .captureFailed(interface: interface, reason: text(of: message))
    }
    let pcap = unsafe PcapHandle(adopting: handle)
    try pcap.activate(interface, options)
    if options.takesOnlyArriving { try pcap.takeOnlyArriving(on: interface) }
    // Safe: as above; the handle is open.
    guard unsafe pcap_setnonblock(handle, 1, &message) == 0 else {
      throw .captureFailed(interface: interface, reason: text(of: message))
    }
    return pcap
  }

  private func activate(_ interface: String, _ options: LiveCapture.Options) throws(CaptureError) {
    // Safe: the handle is open and not active. These calls fail only on active handles.
    unsafe pcap_set_snaplen(handle, Int32(clamping: options.snapshotLength))
    unsafe pcap_set_promisc(handle, options.isPromiscuous ? 1 : 0)
    unsafe pcap_set_buffer_size(handle, Int32(clamping: options.bufferBytes))
    unsafe pcap_set_timeout(handle, Int32(clamping: options.timeoutMilliseconds))
    // Immediate mode falls back to one wake-up per frame.
    unsafe pcap_set_immediate_mode(handle, options.isImmediate ? 1 : 0)
    guard unsafe pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO) == 0 else {
      throw .captureFailed(interface: interface, reason: "its times have no nanoseconds")
    }
    let status = unsafe pcap_activate(handle)
    // Above 0 are warnings: it captures, but for instance cannot be made promiscuous.
    guard status < 0 else { return }
    throw CaptureError(activating: interface, status: status, message: lastError)
  }

  private func takeOnlyArriving(on interface: String) throws(CaptureError) {
    // Safe: the handle is open and active.
    guard unsafe pcap_setdirection(handle, PCAP_D_IN) == 0 else {
      throw .captureFailed(interface: interface, reason: lastError)
    }
    // libpcap sorts them out itself; since Linux 4.20 the kernel need not even put them into the ring. 23 is
    // PACKET_IGNORE_OUTGOING, which Swift's C library module lacks.
    var yes: Int32 = 1
    // Safe: the descriptor is the handle's own, and the option takes one 32-bit number.
    _ = unsafe setsockopt(pcap_fileno(handle), SOL_PACKET, 23, &yes, 4)
  }

  /// Sends a frame without waiting.
  borrowing func inject(_ frame: RawSpan) -> Injection {
    // Safe: the handle is open; libpcap reads as many bytes as it is told, during the call.
    let count = unsafe frame.withUnsafeBytes { unsafe pcap_inject(handle, $0.baseAddress, $0.count) }
    guard count < 0 else { return .sent }
    return switch errno {
    case EMSGSIZE: .tooLong
    case EAGAIN, ENOBUFS, ENOMEM: .noRoom
    default: .failed
    }
  }

  /// For `DescriptorPoll`.
  var selectableDescriptor: Int32 {
    // Safe: the handle is open.
    unsafe pcap_get_selectable_fd(handle)
  }

  /// `nil` on failure.
  func readStatistics() -> StatisticsReading? {
    var statistics = pcap_stat()
    // Safe: the handle is open, and the call writes one `pcap_stat`.
    guard unsafe pcap_stats(handle, &statistics) == 0 else { return nil }
    return StatisticsReading(
      received: statistics.ps_recv, droppedByRing: statistics.ps_drop, droppedByInterface: statistics.ps_ifdrop)
  }
}

extension CaptureError {
  /// What `pcap_activate` means by a status below 0; `message` is what the handle says beside it.
  init(activating interface: String, status: Int32, message: String) {
    switch status {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      let available = (try? NetworkInterface.all()) ?? []
      self = .noSuchInterface(name: interface, available: available.map(\.name))
    case PCAP_ERROR_PERM_DENIED, PCAP_ERROR_PROMISC_PERM_DENIED:
      self = .notPermitted(interface: interface)
    case PCAP_ERROR_IFACE_NOT_UP:
      self = .interfaceGone(name: interface, reason: "it is not up")
    default:
      // Safe: a constant string for any number.
      let kind = unsafe String(cString: pcap_statustostr(status))
      self = .captureFailed(interface: interface, reason: message.isEmpty ? kind : message)
    }
  }
}
