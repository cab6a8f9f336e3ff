import SentryPacket
import Testing

@testable import SentryCapture

@Test func nameServersAreReadFromResolvConf() {
  let text = """
    # nameserver 192.0.2.1
    search example.org
    nameserver 192.0.2.53
    nameserver\t2001:db8::53
    nameserver fe80::1%eth0
    nameserver not-an-address
    nameserver
    options edns0
    """
  #expect(HostServers.resolvers(in: text).map(\.description) == ["192.0.2.53", "2001:db8::53", "fe80::1"])
}

/// From Linux on a little-endian machine: 192.0.2.254 by eth0, a network without a next hop, a default route without one.
@Test func routersAreReadFromTheKernelsTable() {
  let text = """
    Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
    eth0\t00000000\tFE0200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
    eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
    tun0\t00000000\t00000000\t0001\t0\t0\t200\t00000000\t0\t0\t0
    nonsense
    """
  #expect(HostServers.gateways(in: text).map(\.description) == ["192.0.2.254"])
}

@Test func ipv6RoutersAreReadFromTheKernelsTable() {
  let nothing = String(repeating: "0", count: 32)
  let text = """
    \(nothing) 00 \(nothing) 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
    20010db8000000000000000000000000 20 \(nothing) 00 \(nothing) 00000100 00000001 00000000 00000001     eth0
    \(nothing) 00 \(nothing) 00 \(nothing) ffffffff 00000001 00000000 00200200       lo
    """
  #expect(HostServers.ipv6Gateways(in: text).map(\.description) == ["fe80::1"])
}
