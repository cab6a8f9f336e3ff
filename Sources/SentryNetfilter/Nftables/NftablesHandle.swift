internal import CNftables
internal import Glibc
internal import Synchronization

/// A connection to the kernel's nftables (libnftables), kept open: no program is started for a command.
///
/// It belongs to the network namespace of the thread that makes it. One owner, one thread at a time.
@safe
struct NftablesHandle: ~Copyable {
  /// How listings are written.
  struct Form: OptionSet {
    let rawValue: UInt32
    static let json = Form(rawValue: 1 << 0)
    /// Without the values of counters and other things that change by themselves.
    static let stateless = Form(rawValue: 1 << 1)
    /// Without the elements of sets.
    static let terse = Form(rawValue: 1 << 2)
  }

  private let context: OpaquePointer

  /// libnftables fills tables of its own, without a lock, when a context is made.
  private static let making = Mutex<Void>(())

  /// - Throws: `.notInKernel` without nftables, `.systemCall`.
  init() throws(NetfilterError) {
    let socket = try NetlinkSocket.open(NETLINK_NETFILTER)
    close(socket)
    // libnftables ends the whole process when it gets no socket, or one that does not fit into the set it waits with (select(2)).
    guard socket < FD_SETSIZE else { throw .systemCall(name: "socket", code: EMFILE) }
    // Safe: no arguments but a number; what comes back is ours until `deinit`.
    let context = unsafe Self.making.withLock { _ in unsafe nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) }
    guard let context = unsafe context else { throw .systemCall(name: "nft_ctx_new", code: ENOMEM) }
    unsafe self.context = context
    // Safe: the context is open; so below.
    unsafe nft_ctx_buffer_output(context)
    unsafe nft_ctx_buffer_error(context)
  }

  deinit {
    // Safe: this is the only owner.
    unsafe nft_ctx_free(context)
  }

  /// Carries out commands as one transaction: all of them, or none.
  ///
  /// - Parameter asked: what they are for, completing "cannot".
  /// - Returns: what they list.
  @discardableResult
  mutating func run(_ commands: String, to asked: String, form: Form = []) throws(NetfilterError) -> String {
    unsafe nft_ctx_output_set_flags(context, form.outputFlags)
    // Safe: Swift passes the commands as a terminated string that lives during the call.
    let status = unsafe nft_run_cmd_from_buffer(context, commands)
    // Both, so that neither is left for the next command.
    let output = unsafe Self.text(nft_ctx_get_output_buffer(context))
    let errors = unsafe Self.text(nft_ctx_get_error_buffer(context))
    guard status == 0 else { throw NetfilterError(asked: asked, nftables: errors) }
    return output
  }

  /// Asks the kernel whether it would carry out these commands; nothing changes.
  mutating func check(_ commands: String, to asked: String) throws(NetfilterError) {
    unsafe nft_ctx_set_dry_run(context, true)
    defer { unsafe nft_ctx_set_dry_run(context, false) }
    try run(commands, to: asked)
  }

  @unsafe
  private static func text(_ buffer: UnsafePointer<CChar>?) -> String {
    // Safe: a terminated string inside the context, which is copied at once.
    unsafe buffer.map { unsafe String(cString: $0) } ?? ""
  }
}

extension NftablesHandle.Form {
  /// Priorities are always written as numbers, which mean the same in every version.
  fileprivate var outputFlags: UInt32 {
    var flags = UInt32(NFT_CTX_OUTPUT_NUMERIC_PRIO)
    if contains(.json) { flags |= UInt32(NFT_CTX_OUTPUT_JSON) }
    if contains(.stateless) { flags |= UInt32(NFT_CTX_OUTPUT_STATELESS) }
    if contains(.terse) { flags |= UInt32(NFT_CTX_OUTPUT_TERSE) }
    return flags
  }
}
