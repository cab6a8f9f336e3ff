internal import Glibc
internal import Synchronization

/// Users and groups of this host, by number.
public enum UserAccounts {
  /// What an entry takes at most; longer ones count as not there.
  private static let entrySize = 64 << 10
  /// Groups whose members look after a machine, whatever the distribution calls them.
  private static let administratorGroups = ["sudo", "wheel", "admin", "sentry"]

  /// The group of the user with this name; `nil` if there is no such user.
  public static func user(named name: String) -> (user: UInt32, group: UInt32)? {
    guard !name.utf8.contains(0) else { return nil }
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: entrySize)
    // Safe: Swift passes `name` as a terminated string; the call writes into the entry and the buffer of that size.
    guard unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil else { return nil }
    return unsafe (entry.pw_uid, entry.pw_gid)
  }

  /// The first group of the user with this number; `nil` if there is no such user.
  public static func group(ofUser number: UInt32) -> UInt32? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: entrySize)
    // Safe: the call writes into the entry and the buffer of that size.
    guard unsafe getpwuid_r(number, &entry, &buffer, buffer.count, &found) == 0, unsafe found != nil else { return nil }
    return unsafe entry.pw_gid
  }

  /// The number of the group with this name; `nil` if there is none.
  public static func group(named name: String) -> UInt32? { unsafe group(name) { unsafe $0.gr_gid } }

  /// Root, and the members of the groups whose members look after a machine. Where accounts come from far away, it takes a while.
  public static var administrators: [UInt32] {
    let listed = administratorGroups.flatMap { members(ofGroup: $0) }.compactMap { user(named: $0)?.user }
    return Set([0] + listed + users(ofGroups: Set(administratorGroups.compactMap { group(named: $0) }))).sorted()
  }

  /// Held while the list of users is read: the system has one place in it for the whole process.
  private static let reading = Mutex(())

  /// Users who have one of these groups from the start: groups do not list them.
  static func users(ofGroups groups: Set<UInt32>) -> [UInt32] {
    reading.withLock { _ in
      setpwent()
      defer { endpwent() }
      var users: [UInt32] = []
      var entry = unsafe passwd()
      var found: UnsafeMutablePointer<passwd>?
      var buffer = [CChar](repeating: 0, count: entrySize)
      // Safe: the call writes into the entry and the buffer of that size.
      while unsafe getpwent_r(&entry, &buffer, buffer.count, &found) == 0, unsafe found != nil {
        if unsafe groups.contains(entry.pw_gid) { unsafe users.append(entry.pw_uid) }
      }
      return users
    }
  }

  private static func members(ofGroup name: String) -> [String] {
    unsafe group(name) { entry in
      var names: [String] = []
      var next = unsafe entry.gr_mem
      // Safe: the call has filled in a list of terminated strings, which ends with nil and lies in the buffer that `group` keeps.
      while let member = unsafe next?.pointee {
        names.append(unsafe String(cString: member))
        unsafe next = next?.successor()
      }
      return names
    } ?? []
  }

  private static func group<Value>(_ name: String, read: (Glibc.group) -> Value) -> Value? {
    guard !name.utf8.contains(0) else { return nil }
    var entry = unsafe Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    var buffer = [CChar](repeating: 0, count: entrySize)
    // Safe: the call writes into the entry and the buffer of that size, which outlives `read`.
    return unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, unsafe getgrnam_r(name, &entry, start, buffer.count, &found) == 0,
        unsafe found != nil
      else { return nil }
      return unsafe read(entry)
    }
  }
}
