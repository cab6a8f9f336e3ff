internal import CPcap
internal import Glibc
internal import SentryPacket

extension PcapHandle {
  /// Where reading the file stands, in bytes from its start; 0 for an interface.
  var filePosition: Int64 {
    // Safe: the stream belongs to the handle and is open as long as it is; so below.
    unsafe pcap_file(handle).map { unsafe Int64(ftello($0)) } ?? 0
  }

  /// Goes on with the record that begins at `offset`, in bytes from the start of the file.
  func seek(to offset: Int64) throws(SystemError) {
    guard let stream = unsafe pcap_file(handle) else { return }
    _ = try systemCall("fseeko") { unsafe fseeko(stream, off_t(offset), SEEK_SET) }
  }

  /// Whether the numbers of a pcap file begin with their highest byte.
  var isBigEndian: Bool {
    let isHostLittleEndian = UInt16(littleEndian: 1) == 1
    // Safe: the handle is open; so below.
    return unsafe (pcap_is_swapped(handle) != 0) == isHostLittleEndian
  }

  /// Whether a pcap file has version 2.4, in which the captured length comes first, and libpcap changes nothing in
  /// frames of its link type. (In USB and log frames, and in Linux cooked ones of the other byte order, it does.)
  var holdsFramesAsWritten: Bool {
    guard unsafe pcap_major_version(handle) == 2, unsafe pcap_minor_version(handle) == 4 else { return false }
    switch linkType {
    case .linuxCooked, .linuxCooked2: return unsafe pcap_is_swapped(handle) == 0
    default: return linkType.isDecoded
    }
  }
}
