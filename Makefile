# What a newcomer needs: `make run` shows the rules judging a capture, `make test` runs everything CI runs.

SWIFT_FLAGS := --explicit-target-dependency-import-check error
SENTRY      := .build/release/sentry
# Where `make install` puts things; DESTDIR is put in front of it, for packages.
PREFIX      := /usr/local
DESTDIR     :=

# Tests of daemons and networks wait more than they work: some run at a time, beside none that keep both cores busy. Those of the real
# captures all have "corpus" in their names.
LIVE_TESTS := Live|Network|Kernel|SentryServiceTests|SentryDashboardTests|SentryNotifierTests|SentryProcessesTests
TEST_WIDTH := --experimental-maximum-parallelization-width 16

# Debian packages: what the program is built with, and what its tests run against.
BUILD_PACKAGES := libpcap-dev libnetfilter-queue-dev libmnl-dev libnftables-dev libsqlite3-dev pkg-config zlib1g-dev libstdc++-12-dev libc6-dev
TEST_PACKAGES  := $(BUILD_PACKAGES) nftables iptables iputils-ping iproute2 tcpdump netcat-openbsd hping3 python3 python3-scapy procps \
                  nmap curl nghttp2-server iperf3 vsftpd dnsmasq-base bind9-dnsutils openssh-server openssh-client traceroute ethtool \
                  valgrind binutils systemd systemd-journal-remote man-db dpkg-dev chromium chromium-driver python3-venv
PACK_PACKAGES  := $(BUILD_PACKAGES) python3 binutils dpkg-dev
BENCH_PACKAGES := $(BUILD_PACKAGES) python3 gcc iproute2 iperf3

# Installs those of the given packages that are missing, as root or through sudo.
define install
@missing=$$(for package in $(1); do dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' || echo $$package; done); \
if [ -n "$$missing" ]; then \
  echo "installing" $$missing; \
  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
fi
endef

# axe-core looks whether the web pages keep anybody out; where it cannot be fetched, its test is skipped.
AXE := .build/axe

.PHONY: run build release test check-format check-generated smoke check-instructions format sanitize kills fuzz bench install deb \
        check-deb check-service screenshots clean

run: release
	$(SENTRY) replay --local 192.0.2.10 --local 2001:db8:0:1::10 Documents/Default.plist Samples/mixed.pcap

build:
	$(call install,$(BUILD_PACKAGES))
	swift build $(SWIFT_FLAGS)

release:
	$(call install,$(BUILD_PACKAGES))
	swift build -c release --product sentry --static-swift-stdlib $(SWIFT_FLAGS)

# Format, warnings as errors, debug tests, release build with a smoke run, generated files fresh, the cost of a packet as recorded.
test: check-format check-generated
	$(call install,$(TEST_PACKAGES))
	$(MAKE) $(AXE)
	swift build --build-tests $(SWIFT_FLAGS)
	env -u SENTRY_CORPUS swift test --skip-build $(TEST_WIDTH) --filter '$(LIVE_TESTS)'
	env -u SENTRY_CORPUS swift test --skip-build $(TEST_WIDTH) --skip '$(LIVE_TESTS)'
	if [ -n "$$SENTRY_CORPUS" ]; then swift test --skip-build --filter '[cC]orpus'; fi
	$(MAKE) smoke check-instructions check-deb check-service

check-format:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz

check-generated:
	$(call install,$(TEST_PACKAGES))
	python3 Samples/make-captures.py --check

$(AXE):
	python3 -m venv $@ && $@/bin/pip install --quiet axe-core-python==0.1.0 pillow==13.0.0 \
	  || { rm -rf $@; echo "axe-core cannot be fetched: the web pages are not tested for accessibility"; }

# The pictures of the web pages in docs/images.
screenshots: release
	$(call install,$(TEST_PACKAGES))
	$(MAKE) $(AXE)
	WARM=62 MODE=queue Tests/Dashboard/stage $(SENTRY) screenshots.py docs/images

# The release program on what we ship: documents without warnings that keep their promises, samples replayed.
smoke: release
	$(SENTRY) check --strict Documents/*.plist
	$(SENTRY) test Documents/*.plist
	for capture in Samples/*.pcap; do \
	  $(SENTRY) replay --format json Documents/Default.plist $$capture >/dev/null || exit 1; \
	done

# What a packet costs by the default document, in instructions: no more than 5 % off what is recorded.
check-instructions: release
	$(call install,$(TEST_PACKAGES))
	Tests/Instructions/run

# The program, manual pages and completions: make install PREFIX=/usr/local
install: release
	$(call install,$(PACK_PACKAGES))
	Packaging/install $(SENTRY) $(PREFIX) $(DESTDIR)

# A package for Debian, in .build/deb.
deb: release
	$(call install,$(PACK_PACKAGES))
	Packaging/deb $(SENTRY) .build/deb

# The package installed, used, upgraded, removed and purged in a copy of this system.
check-deb: deb
	$(call install,$(TEST_PACKAGES))
	Packaging/check-deb .build/deb/sentry_$$($(SENTRY) --version)_$$(dpkg --print-architecture).deb

# The service in a copy of this system that systemd starts.
check-service: deb
	$(call install,$(TEST_PACKAGES))
	Packaging/check-service .build/deb/sentry_$$($(SENTRY) --version)_$$(dpkg --print-architecture).deb

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz

# The modules that read what strangers send, under the address and undefined-behaviour sanitizers.
sanitize:
	$(call install,$(TEST_PACKAGES))
	swift test --scratch-path .build-sanitize --sanitize=address \
	  --filter 'SentryPacketTests|SentryStateTests|SentryEngineTests|SentryPropertyListTests|SentryRulesTests|SentryImportTests|SentryLoginsTests'

# A daemon killed a hundred times at random moments under load, or as often as is said: make kills KILLS=1000
kills:
	$(call install,$(TEST_PACKAGES))
	swift build --build-tests $(SWIFT_FLAGS)
	SENTRY_KILLS=$(or $(KILLS),100) swift test --skip-build --filter killedAtAnyMomentOnlyTheLastSecondIsMissing

# Each fuzzer of Fuzz/ for a while, or one: make fuzz SECONDS=600 TARGET=Packet
fuzz:
	$(call install,$(BUILD_PACKAGES))
	Fuzz/run $(or $(SECONDS),60) $(TARGET)

# What is to be reached and what is, as a table and in Benchmarks/RESULTS.md; or some of it: make bench MEASURES="siblings apply"
bench: release
	$(call install,$(BENCH_PACKAGES))
	Benchmarks/run $(MEASURES)

clean:
	swift package clean
