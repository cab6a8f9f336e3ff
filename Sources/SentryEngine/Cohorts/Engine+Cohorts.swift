// The walk along cohorts; see `Cohorts.swift`.

internal import SentryPacket
internal import SentryRules

extension Engine {
  /// Goes on from a position in a stretch: counts the members that the packet passes on the way.
  ///
  /// - Returns: the next rule below a member that may match, or the end of the stretch.
  @inline(never)
  mutating func passStretch<Witness: WalkWitness>(
    from position: Int32, _ frame: RawSpan, _ witness: inout Witness
  ) -> Int32 {
    let stretch = rules.siblings.cohorts.stretches[Int(steps[Int(position)].family)]
    witness.passes(stretch)
    let next = nextBelowMembers(of: stretch, from: position, before: stretch.end, frame)
    countMembers(of: stretch, from: position, to: next, frame, &witness)
    return next
  }

  /// Goes on from a position in a stretch step by step, for a witness that wants to see every one: to the end of the stretch if the
  /// packet matches no member.
  @inline(never)
  mutating func passUnmatched<Witness: WalkWitness>(
    from position: Int32, _ frame: RawSpan, _ witness: inout Witness
  ) -> Int32 {
    let stretch = rules.siblings.cohorts.stretches[Int(steps[Int(position)].family)]
    for number in stretch.cohorts {
      if matchesMembers(of: rules.siblings.cohorts.cohorts[Int(number)], frame) { return position }
    }
    for number in stretch.cohorts {
      let first = rules.siblings.cohorts.cohorts[Int(number)].first
      let step = steps[Int(first)]
      witness.saw(step, at: first, matches: false, isImplied: numbers.imply(step))
    }
    return stretch.end
  }

  /// The first rule from a position on that stands right below a member and may match; `end` if there is none before that.
  private mutating func nextBelowMembers(
    of stretch: Cohorts.Stretch, from position: Int32, before end: Int32, _ frame: RawSpan
  ) -> Int32 {
    var next = end
    for number in stretch.cohorts {
      let cohort = rules.siblings.cohorts.cohorts[Int(number)]
      guard matchesMembers(of: cohort, frame) else { continue }
      next = rules.siblings.cohorts.firstPlain(of: cohort, from: position, before: next)
      next = nextIndexed(in: cohort.groups, from: position, before: next, frame)
      for below in rules.siblings.cohorts.stretches(of: cohort, endingAfter: position) {
        let stretch = rules.siblings.cohorts.stretches[Int(below)]
        guard stretch.start < next else { break }
        next = nextBelowMembers(of: stretch, from: position, before: next, frame)
      }
    }
    return next
  }

  private mutating func countMembers<Witness: WalkWitness>(
    of stretch: Cohorts.Stretch, from position: Int32, to end: Int32, _ frame: RawSpan, _ witness: inout Witness
  ) {
    for number in stretch.cohorts {
      let cohort = rules.siblings.cohorts.cohorts[Int(number)]
      guard matchesMembers(of: cohort, frame) else { continue }
      let members = rules.siblings.cohorts.members(of: cohort, from: position, to: end)
      if !members.isEmpty {
        let passage = Cohorts.Passage(
          cohort: number, members: members, isFromStart: members.lowerBound == cohort.members.lowerBound)
        cohortCounts.count(passage, bytes: UInt64(packet.byteCount), at: walk.time)
        witness.matched(passage)
      }
      for below in rules.siblings.cohorts.stretches(of: cohort, endingAfter: position) {
        let stretch = rules.siblings.cohorts.stretches[Int(below)]
        guard stretch.start < end else { break }
        countMembers(of: stretch, from: position, to: end, frame, &witness)
      }
    }
  }

  /// The packet answers what all members of a cohort ask.
  @inline(__always)
  private mutating func matchesMembers(of cohort: Cohorts.Cohort, _ frame: RawSpan) -> Bool {
    let step = steps[Int(cohort.first)]
    return step.test == .number ? numbers.satisfy(step) != step.isNegated : holds(at: cohort.first, frame)
  }
}
