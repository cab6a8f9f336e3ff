// The numbers of the Health page, card by card: each fact is its name, its value, and `problem` where it deserves a look.

import { bytes, count, duration, plural, timestamp } from "../parts/format.js";

const lost = (name, value) => [name, count(value ?? 0), value ? "problem" : ""];
const trouble = (text) => (text ? [["Problem", text, "problem"]] : []);
const because = (reason) => (reason ? `: ${reason}` : "");
const also = (value, what) => (value ? `, ${count(value)} ${what}` : "");
const ago = (health, time) => (time ? `${duration(health.time - time)} ago` : "never");

export function keyFacts(health) {
  const { document: rules } = health;
  return [
    ["Version", health.version],
    ["Mode", health.queue ? `${health.mode}, ${health.queue.policy}` : health.mode],
    ["Runs since", timestamp(health.startTime)],
    ["Packets judged", count(Object.values(health.verdicts).reduce((sum, value) => sum + value, 0))],
    ["Document", rules.name],
    ["Rules", `${count(rules.ruleCount)}, generation ${rules.generation}`],
    ["In force since", timestamp(rules.appliedTime)],
    ["Own memory", health.memoryBytes ? bytes(health.memoryBytes) : "not known"],
    ["On disk", health.store.bytes ? bytes(health.store.bytes) : "nothing", ""],
    ...trouble(health.store.problem),
    ...health.tables.map(({ table, count: size }) => [table === "connections" ? "Connections" : `Table ${table}`, count(size)]),
  ];
}

export function lossFacts(health) {
  const { interfaces, memory, queue } = health;
  const sum = (field) => interfaces.reduce((total, one) => total + one[field], 0);
  return [
    lost("Packets dropped by capture", sum("dropped")),
    lost("Packets not judged", sum("unjudged")),
    lost("Log entries lost", health.lostEvents + (memory?.lost ?? 0)),
    ...(memory?.lostConnections ? [lost("Connections not logged", memory.lostConnections)] : []),
    ...(queue ? [
      lost("Found the queue full", queue.overflowed), lost("Not handed over", queue.undelivered), lost("Unsent", queue.unsent),
    ] : []),
    ["Protected, not triggered", count(health.preventedTriggers)],
    ...(health.unprovenTriggers ? [["Unproven, not triggered", count(health.unprovenTriggers)]] : []),
    ...(health.cappedTriggers ? [["Too many, not triggered", count(health.cappedTriggers), "problem"]] : []),
  ];
}

export function queueFacts({ queue, owners }) {
  const asked = owners ? [["Lookups of processes", count(owners.lookups)], ...trouble(owners.problem)] : [];
  if (!queue) return asked;
  const { kernel } = queue;
  const blocks = kernel?.blocks;
  return [
    ["Waiting now", queue.countsHidden ? "hidden" : count(queue.waiting)],
    ["Held by Delay", count(queue.held)],
    ...trouble(queue.problem),
    ...(kernel ? [
      ["Fed by", kernel.form === "native" ? "nftables" : "a mark, through iptables"],
      ["Kernel decides", kernel.decides.length ? `rule ${kernel.decides.join(", ")}` : "no rule by itself"],
      ["Kernel blocks", blocks ? `${count(blocks.entries)} addresses for rule ${blocks.rule}, ${count(blocks.dropped)} packets`
        : `nobody${because(kernel.blocksNot)}`],
      ["Flows in the kernel", kernel.flows ? count(kernel.flows.entries) : `none${because(kernel.flowsNot)}`],
      ...kernel.notCovered.map(({ number, reason }) => [`Rule ${number}`, reason, "problem"]),
    ] : [["Fed by", "nothing", "problem"]]),
    ...queue.ways.flatMap((way) => (way.problem ? [[`Way to ${way.nextHop}`, way.problem, "problem"]] : [])),
    ...asked,
  ];
}

export function logFacts({ log, memory }) {
  if (!log) return [];
  return [
    ["Written", log.enabled ? `${count(memory?.written ?? 0)} entries` : "switched off", log.enabled ? "" : "problem"],
    ["A rule may log", log.entriesPerSecond === undefined ? "without limit" : `${count(log.entriesPerSecond)} entries/s`],
    lost("Beyond the limit", log.suppressed),
    ...log.places.map(({ place, form, written, lost: missing, problem }) => [place,
      `${form ?? "fields"}, ${count(written)} written${also(missing, "missing")}${because(problem)}`,
      problem ? "problem" : ""]),
  ];
}

export function notificationFacts({ notifications }) {
  if (!notifications) return [];
  const { kinds, problem, process, user, waiting } = notifications;
  return [
    ["Carried out by", process ? `${user} (process ${process})` : "nobody"],
    ["Waiting", count(waiting)],
    ...kinds.map(({ action, sent, failed, suppressed }) => [action,
      `${count(sent)} sent${also(failed, "failed")}${also(suppressed, "left out")}`, failed ? "problem" : ""]),
    ...trouble(problem),
  ];
}

export function listFacts(health) {
  return (health.lists ?? []).map((list) => {
    const entries = list.entries === undefined ? "no copy yet" : plural(list.entries, "entry", "entries");
    const text = `${entries} for ${list.table}, looked at ${ago(health, list.checkedTime)}`;
    const state = list.enabled ? `${text}${because(list.problem)}` : "switched off";
    return [list.name, state, list.problem ? "problem" : ""];
  });
}

export function rateFacts({ rates }) {
  return (rates ?? []).map((rate) => [`${rate.rule} ${rate.name} ${rate.direction}`.replace("  ", " "),
    `${bytes(rate.bytesPerSecond)}/s of ${bytes(rate.bitsPerSecond / 8)}/s, ${plural(rate.activeFlows, "flow")}, `
      + `${count(rate.waiting)} waiting, ${count(rate.dropped)} dropped`]);
}

export function protectedFacts({ protected: nets, protectionProblem }) {
  return [...nets.map(({ address, reason }) => [address, reason]), ...trouble(protectionProblem)];
}
