/// The texts that make sentry a service: units of systemd, the user it runs as, and what it is started with.
struct ServiceUnits {
  /// The program's path.
  var program = "/usr/bin/sentry"
  /// It may look at the processes of other users.
  var seesProcesses = false

  /// The first line of each: what has it is ours to replace and to remove.
  static let mark = "# Made by 'sentry service install'."

  /// The daemon.
  var main: String {
    """
    \(Self.mark) Changes of yours belong elsewhere: systemctl edit sentry
    [Unit]
    Description=Firewall and intrusion sentry
    Documentation=man:sentry(1) man:sentry-run(1)
    Wants=network.target
    After=network.target sentry-boot.service nftables.service netfilter-persistent.service ufw.service firewalld.service
    # An interface may come late: it is tried again until it is there.
    StartLimitIntervalSec=0

    [Service]
    Type=notify
    EnvironmentFile=-/etc/default/sentry
    ExecStart=\(program) run $SENTRY_OPTIONS
    ExecReload=/bin/kill -HUP $MAINPID
    Restart=on-failure
    RestartSec=2
    # A command line, a document or rights that are wrong do not become right by being tried again.
    RestartPreventExitStatus=2 65 77
    WatchdogSec=30
    # Who hangs has nothing to tell.
    WatchdogSignal=SIGKILL
    TimeoutStopSec=20

    User=sentry
    Group=sentry
    UMask=0027
    StateDirectory=sentry
    StateDirectoryMode=0750
    RuntimeDirectory=sentry
    RuntimeDirectoryMode=0750
    LogsDirectory=sentry
    LogsDirectoryMode=0750

    # Capturing and sending packets; the packet filter, its queues, routes.
    \(capabilities)
    NoNewPrivileges=yes

    ProtectSystem=strict
    ProtectHome=yes
    PrivateMounts=yes
    PrivateTmp=yes
    PrivateDevices=yes
    ProtectClock=yes
    ProtectControlGroups=yes
    ProtectHostname=yes
    ProtectKernelLogs=yes
    ProtectKernelModules=yes
    ProtectKernelTunables=yes
    KeyringMode=private
    LimitCORE=0
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    RemoveIPC=yes
    RestrictNamespaces=yes
    RestrictRealtime=yes
    RestrictSUIDSGID=yes
    # Mail and probes; the packet filter and the kernel's events; captures.
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET
    SystemCallArchitectures=native
    SystemCallErrorNumber=EPERM
    SystemCallFilter=@system-service
    SystemCallFilter=~@privileged @resources
    # For giving the socket to its group, and for the process that carries out notifications, to give up what it has.
    SystemCallFilter=chown fchown fchownat lchown capset setrlimit prlimit64

    [Install]
    WantedBy=multi-user.target

    """
  }

  /// What it may do beyond any user.
  var capabilities: String {
    let names = "CAP_NET_ADMIN CAP_NET_RAW" + (seesProcesses ? " CAP_SYS_PTRACE CAP_DAC_READ_SEARCH" : "")
    return "AmbientCapabilities=\(names)\nCapabilityBoundingSet=\(names)"
  }

  /// What decides about packets from system start until the daemon listens.
  var boot: String {
    """
    \(Self.mark) Changes of yours belong elsewhere: systemctl edit sentry-boot
    [Unit]
    Description=What sentry last had in the kernel
    Documentation=man:sentry(1)
    DefaultDependencies=no
    After=local-fs.target systemd-sysusers.service
    # Who sets up the packet filter from a file begins by emptying all of it.
    After=nftables.service netfilter-persistent.service ufw.service firewalld.service
    Before=network-pre.target shutdown.target
    Wants=network-pre.target
    Conflicts=shutdown.target
    ConditionPathExists=/var/lib/sentry/kernel.nft

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=/usr/sbin/nft -f /var/lib/sentry/kernel.nft
    User=sentry
    Group=sentry
    AmbientCapabilities=CAP_NET_ADMIN
    CapabilityBoundingSet=CAP_NET_ADMIN
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    LockPersonality=yes
    MemoryDenyWriteExecute=yes
    RestrictAddressFamilies=AF_UNIX AF_NETLINK
    RestrictNamespaces=yes
    RestrictSUIDSGID=yes
    SystemCallArchitectures=native
    SystemCallFilter=@system-service
    SystemCallFilter=~@privileged @resources

    [Install]
    WantedBy=sysinit.target

    """
  }

  /// The user, for systemd-sysusers(8); members of the group of that name may use the control socket.
  var user: String {
    """
    \(Self.mark)
    u sentry - "Firewall and intrusion sentry" /var/lib/sentry /usr/sbin/nologin

    """
  }

  /// What `sentry run` is started with.
  func options(_ options: [String]) -> String {
    """
    # What the service is started with, as in 'sentry run --help'; separated by blanks, without quotes.
    # For example: SENTRY_OPTIONS="-i eth0 --mode queue"
    # With web pages, for which 'sentry open' prints a link: SENTRY_OPTIONS="-i eth0 --mode queue --web 127.0.0.1:8787"
    SENTRY_OPTIONS="\(options.joined(separator: " "))"

    """
  }
}
