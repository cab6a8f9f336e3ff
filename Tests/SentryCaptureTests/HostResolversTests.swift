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
  #expect(HostResolvers.resolvers(in: text).map(\.description) == ["192.0.2.53", "2001:db8::53", "fe80::1"])
}
