import Foundation
import SentryTestSupport
import Testing

@testable import SentryJournal

@Suite struct SharedIndexTests {
  private let daemon = Daemon()

  /// SQLite maps it: what is not there any more would end the process.
  @Test func whoCutsItShortLosesNothing() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    for second in 0..<5 as Range<Int64> {
      try await store.write([daemon.event(second: second)], daemon)
      #expect(truncate(folder.database + "-shm", 0) == 0)
    }
    try await store.write([daemon.event(second: 5)], daemon)
    #expect(try StoreReader(path: folder.database).entries().count == 6)
    store.close()
    #expect(try folder.files == ["sentry.db"])
    #expect(try StoreReader(path: folder.database).entries().count == 6)
  }

  /// Another process that looks while the store is open must not begin the index anew, nor end our locks.
  @Test func otherProcessesReadMeanwhile() async throws {
    let folder = try StoreFolder()
    let store = try Store(directory: folder.path)
    for count in 1...5 {
      try await store.write([daemon.event(second: Int64(count))], daemon)
      let size = try FileManager.default.attributesOfItem(atPath: folder.database + "-shm")[.size] as? Int
      let run = try await Program("python3").run([
        "-c",
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM event').fetchone()[0])",
        folder.database,
      ])
      #expect(run.output == "\(count)\n", "\(run.errors)")
      #expect(try FileManager.default.attributesOfItem(atPath: folder.database + "-shm")[.size] as? Int == size)
    }
  }

  @Test func aLongLogHasALongIndex() async throws {
    let folder = try StoreFolder()
    for file in ["", "-wal"] { #expect(FileManager.default.createFile(atPath: folder.database + file, contents: nil)) }
    let index = try SharedIndex(beside: folder.database)
    #expect(truncate(folder.database + "-wal", 1 << 30) == 0)
    try index.makeRoom()
    let size = try FileManager.default.attributesOfItem(atPath: folder.database + "-shm")[.size] as? Int
    #expect(try #require(size) >= 4 << 20)
  }

  /// Either there is none, or each byte of its memory can be written to, while nothing else can.
  @Test(.enabled(if: SmallDisk.isPossible, "mounting takes root"), arguments: [0, 4, 8, 16, 28, 64, 252, 256, 300])
  func itHasItsRoomOrIsNotUsed(kilobytes: Int) async throws {
    try await SmallDisk.with(.smallBlocks, megabytes: 4) { disk in
      let database = Store.path(in: disk)
      for file in ["", "-shm"] { #expect(FileManager.default.createFile(atPath: database + file, contents: nil)) }
      let ballast = try SmallDisk.fill(disk, butKilobytes: kilobytes)
      let index: SharedIndex
      do throws(StoreError) {
        index = try SharedIndex(beside: database)
      } catch {
        #expect(error == .diskFull(database))
        #expect(kilobytes < 300)
        return
      }
      #expect(kilobytes >= 256)
      let file = try FileHandle(forUpdating: ballast)
      try file.seekToEnd()
      while (try? file.write(contentsOf: Data(count: 1_024))) != nil {}
      let run = try await Program("python3").run([
        "-c",
        "import mmap, sys; file = open(sys.argv[1], 'r+b'); map = mmap.mmap(file.fileno(), 0); map[:] = bytes([1]) * len(map); map.flush()",
        database + "-shm",
      ])
      #expect(run.status == 0, "\(run.errors)")
      withExtendedLifetime(index) {}
    }
  }
}
