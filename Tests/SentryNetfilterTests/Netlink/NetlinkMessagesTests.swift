import CNftables
import SentryPacket
import SentryState
import SentryTestSupport
import Testing

@testable import SentryNetfilter

/// Bytes as `linux/netlink.h`, `nfnetlink.h` and `nf_tables.h` lay them out, on a little-endian host.
struct NetlinkMessagesTests {
  @Test func anEntryGoesIntoASet() {
    var writer = NetlinkWriter()
    writer.elements(NFT_MSG_NEWSETELEM, of: "s", [SetElement(IPAddress(v4: 0xC000_0201), left: 5_000)])
    let expected: [UInt8] = [
      0x48, 0, 0, 0,  // length: 72
      0x0C, 0x0A,  // nftables, NEWSETELEM
      0x01, 0x04,  // request, create
      0, 0, 0, 0, 0, 0, 0, 0,  // sequence, port
      1, 0, 0, 0,  // inet, version 0, no resource
      0x0B, 0, 1, 0, 0x73, 0x65, 0x6E, 0x74, 0x72, 0x79, 0, 0,  // table "sentry", padded
      0x06, 0, 2, 0, 0x73, 0, 0, 0,  // set "s", padded
      0x20, 0, 3, 0x80,  // entries, nested
      0x1C, 0, 1, 0x80,  // an entry, nested
      0x0C, 0, 1, 0x80,  // its key, nested
      0x08, 0, 1, 0, 192, 0, 2, 1,  // the value, in network order
      0x0C, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0x13, 0x88,  // expires in 5000 ms, in network order
    ]
    #expect(writer.bytes == expected)
  }

  @Test func manyEntriesAreDividedIntoMessages() {
    var writer = NetlinkWriter()
    let elements = (0..<2_500).map { SetElement(IPAddress(high: 0x2001_0db8_0000_0000, low: UInt64($0)), left: 1) }
    writer.elements(NFT_MSG_NEWSETELEM, of: "s", elements)
    var messages = 0
    writer.bytes.withRawSpan { bytes in
      NetlinkReader.forEachMessage(bytes) { message in
        messages += 1
        #expect(message.content.count < 65_536)
      }
    }
    #expect(messages == 3)
  }

  @Test func whatIsWrittenIsReadAgain() {
    var writer = NetlinkWriter()
    let addresses = [IPAddress(v4: 1), IPAddress(v4: 0xFFFF_FFFF)] + [IPAddress(high: 1, low: 2)]
    writer.elements(NFT_MSG_NEWSETELEM, of: "s", addresses.map { SetElement($0, left: 7, isEnd: $0.v4 == 1) })
    var found: [ListedElement] = []
    writer.bytes.withRawSpan { bytes in
      NetlinkReader.forEachMessage(bytes) { NetlinkReader.forEachElement($0, bytes) { found.append($0) } }
    }
    #expect(found == addresses.map { ListedElement(address: $0, left: 7, isEnd: $0.v4 == 1) })
  }

  @Test(arguments: FlowSet.all)
  func flowsThatAreWrittenAreReadAgain(set: FlowSet) {
    let addresses = ["192.0.2.1", "198.51.100.2", "2001:db8::1", "2001:db8::2"].compactMap { IPAddress($0) }
    let (source, destination) = set.isIPv4 ? (addresses[0], addresses[1]) : (addresses[2], addresses[3])
    let flows = (0..<1_200).map { port in
      KernelFlow(
        protocolNumber: set.isTCP ? IPProtocol.tcp : IPProtocol.udp, direction: set.direction, interface: 7,
        source: FlowEndpoint(address: source, port: port), destination: FlowEndpoint(address: destination, port: 53))
    }
    var writer = NetlinkWriter()
    writer.elements(NFT_MSG_DELSETELEM, of: set.name, flows, echoes: true)
    var found: [ListedFlow] = []
    writer.bytes.withRawSpan { bytes in
      NetlinkReader.forEachMessage(bytes) { message in
        #expect(message.content.count < 65_536)
        #expect(NetlinkReader.setName(message, bytes) == set.name)
        NetlinkReader.forEachFlow(message, bytes, in: set) { found.append($0) }
      }
    }
    #expect(found == flows.map { ListedFlow(flow: $0, traffic: FlowTraffic()) })
  }

  /// An entry as the kernel lists it, with its counter.
  @Test func aCounterIsRead() {
    var writer = NetlinkWriter()
    writer.nested(1) { entry in
      entry.nested(1) { $0.attribute(1, bytes: [192, 0, 2, 1]) }
      entry.nested(7) { expression in
        expression.attribute(1, text: "counter")
        expression.nested(2) { counter in
          counter.attribute(1, UInt64(1_500))
          counter.attribute(2, UInt64(3))
        }
      }
    }
    let list = writer.bytes
    writer = NetlinkWriter()
    writer.message(nftables(NFT_MSG_NEWSETELEM), flags: 0, family: 1) { $0.attribute(3, bytes: list) }
    var found: [ListedElement] = []
    writer.bytes.withRawSpan { bytes in
      NetlinkReader.forEachMessage(bytes) { NetlinkReader.forEachElement($0, bytes) { found.append($0) } }
    }
    #expect(
      found == [ListedElement(address: IPAddress(v4: 0xC000_0201), counter: .init(packets: 3, bytes: 1_500))])
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func damagedBytesNeverTrap(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var writer = NetlinkWriter()
    writer.elements(NFT_MSG_NEWSETELEM, of: "s", (0..<20).map { SetElement(IPAddress(v4: $0), left: 9) })
    var bytes = writer.bytes
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
    }
    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
    bytes.withRawSpan { span in
      NetlinkReader.forEachMessage(span) { message in
        NetlinkReader.forEachElement(message, span) { _ in }
        for set in FlowSet.all { NetlinkReader.forEachFlow(message, span, in: set) { _ in } }
        NetlinkReader.forEachAttribute(span, message.attributes) { _, range in
          #expect(range.upperBound <= span.byteCount)
        }
      }
    }
  }
}
