import Testing

@testable import SentryCapture

struct CaptureErrorTests {
  @Test(
    "a refusal to capture, by the numbers of pcap.h",
    arguments: [
      (-8, "", CaptureError.notPermitted(interface: "eth0")),  // PCAP_ERROR_PERM_DENIED
      (-11, "", .notPermitted(interface: "eth0")),  // PCAP_ERROR_PROMISC_PERM_DENIED
      (-9, "", .interfaceGone(name: "eth0", reason: "it is not up")),  // PCAP_ERROR_IFACE_NOT_UP
      (-1, "no buffer space", .captureFailed(interface: "eth0", reason: "no buffer space")),  // PCAP_ERROR
      (-6, "", .captureFailed(interface: "eth0", reason: "That device doesn't support monitor mode")),
    ] as [(Int32, String, CaptureError)])
  func refusal(status: Int32, message: String, error: CaptureError) {
    #expect(CaptureError(activating: "eth0", status: status, message: message) == error)
  }

  @Test(
    arguments: [
      (
        CaptureError.notPermitted(interface: "eth0"),
        "capturing on 'eth0' needs more rights: run as root or with CAP_NET_RAW"
      ),
      (.interfaceGone(name: "eth0", reason: "it vanished"), "interface 'eth0' is gone: it vanished"),
      (
        .notBridgeable(interface: "lo", reason: "it is the loopback interface"),
        "'lo' cannot be bridged: it is the loopback interface"
      ),
      (.captureFailed(interface: "eth0", reason: "no memory"), "cannot capture on 'eth0': no memory"),
      (
        .noSuchInterface(name: "eth9", available: ["lo", "eth0"]),
        "no interface is called 'eth9'; there are lo, eth0"
      ),
      (.cannotOpen(path: "-", code: 13), "cannot open standard input: Permission denied"),
      (.cannotWrite(path: "out.pcap", code: 28), "cannot write 'out.pcap': No space left on device"),
      (
        .cannotSpool(directory: "/var/tmp", code: 28),
        "cannot keep the frames of a pipe in '/var/tmp' (TMPDIR names another folder): No space left on device"
      ),
      (.systemCall(name: "getifaddrs", code: 12), "getifaddrs: Cannot allocate memory"),
    ] as [(CaptureError, String)])
  func description(error: CaptureError, text: String) {
    #expect(error.description == text)
  }
}
