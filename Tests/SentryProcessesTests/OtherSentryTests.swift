import Testing

@testable import SentryProcesses

/// Texts as Linux 6.1 writes them.
@Suite struct OtherSentryTests {
  private static let queues = """
        0   4711     0 2 65535     0     0       12  1
        7 2898401213     3 2 65535     0     0      180  1

    """

  @Test func theListenerOfAQueueIsAPort() {
    #expect(SystemTables.port(ofQueue: 0, in: Self.queues) == 4711)
    // What is no process' number: it had the port of that number already.
    #expect(SystemTables.port(ofQueue: 7, in: Self.queues) == 2_898_401_213)
    #expect(SystemTables.port(ofQueue: 1, in: Self.queues) == nil)
    #expect(SystemTables.port(ofQueue: 0, in: "") == nil)
  }

  private static let netlink = """
    sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
    0000000052603983 0   4711       00000000 0        0        0     2        0        4
    000000006364b5c2 12  4711       00000000 0        0        0     2        0        567
    000000001364b5c2 12  4712       00000000 0        0        0     2        0        568

    """

  @Test func aPortOfNetfilterIsASocket() {
    #expect(SystemTables.inode(ofNetfilterPort: 4_711, in: Self.netlink) == 567)
    #expect(SystemTables.inode(ofNetfilterPort: 471, in: Self.netlink) == nil)
    #expect(SystemTables.inode(ofNetfilterPort: 0, in: "12 0\n\n") == nil)
  }

  private static let unix = """
    Num       RefCount Protocol Flags    Type St Inode Path
    00000000fd3884fc: 00000003 00000000 00000000 0001 03 100 /run/sentry/sentry.sock
    00000000e08f536d: 00000002 00000000 00010000 0001 01 101 /run/sentry/my sentry.sock
    00000000dd1f1237: 00000002 00000000 00010000 0001 01 102 @abstract
    00000000dd1f1238: 00000002 00000000 00010000 0001 01 103

    """

  @Test func onlyWhoListensHasAControlSocket() {
    #expect(SystemTables.listener(among: [100, 101], in: Self.unix) == "/run/sentry/my sentry.sock")
    #expect(SystemTables.listener(among: [100, 102, 103], in: Self.unix) == nil)
    #expect(SystemTables.listener(among: [], in: Self.unix) == nil)
  }
}
