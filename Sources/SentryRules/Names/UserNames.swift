internal import Glibc

/// The users this host knows (getpwnam(3)).
public enum UserNames {
  /// What an entry takes at most; longer ones count as not there.
  private static let entrySize = 64 << 10

  /// The number of the user with this name; `nil` if there is none.
  public static func number(of name: String) -> UInt32? {
    // A name with a zero byte would be another name.
    guard !name.utf8.contains(0) else { return nil }
    return unsafe entry { entry, buffer, count, found in
      // Safe: Swift passes `name` as a terminated string that lives during the call; the rest is `entry`'s.
      unsafe getpwnam_r(name, entry, buffer, count, found)
    } read: { entry in
      unsafe entry.pw_uid
    }
  }

  /// The name of the user with this number; `nil` if there is none.
  public static func name(of number: UInt32) -> String? {
    unsafe entry { entry, buffer, count, found in
      // Safe: all of it is `entry`'s.
      unsafe getpwuid_r(number, entry, buffer, count, found)
    } read: { entry in
      // Safe: the call has filled in a terminated string, which lies in the buffer that `entry` keeps.
      unsafe entry.pw_name.map { unsafe String(cString: $0) }
    }
  }

  /// Safe: `ask` is one of the two calls, with what it is handed.
  @unsafe
  private static func entry<Value>(
    _ ask: (
      UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32,
    read: (passwd) -> Value?
  ) -> Value? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: entrySize)
    // Safe: the call writes into the entry and the buffer of that size, which both outlive `read`.
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, unsafe ask(&entry, start, buffer.count, &found) == 0, unsafe found != nil
      else { return nil }
      return unsafe read(entry)
    }
  }
}
