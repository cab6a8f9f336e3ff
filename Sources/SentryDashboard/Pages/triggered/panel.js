// The side panel of the Triggered page: why an address is in a table, and what can be done about it.

import { get } from "../api.js";
import { button, h, replace, setText } from "../parts/dom.js";
import { count, duration, moment, timestamp } from "../parts/format.js";
import { authorize, durations, enter, extend, removeAddresses } from "./changes.js";
import { hexLines, packetOfBytes } from "../parts/packet-text.js";
import { hostNow } from "../parts/clock.js";
import { touches } from "../parts/addresses.js";
import { ruleLink } from "../parts/links.js";
import { complain, toast } from "../parts/dialog.js";
import { sentence } from "../parts/words.js";

/**
 * @param {{context: object, find: (table: string, address: string) => Promise<object|null>,
 *   done: () => Promise<void>, closed: () => void}} page `done` after each change
 */
export function makePanel({ context, find, done, closed }) {
  const title = h("h2", { class: "mono", id: "panel-title" });
  const body = h("div", { class: "panel-body" });
  const element = h("aside", { class: "panel", id: "panel", "aria-labelledby": "panel-title", hidden: true },
    h("div", { class: "panel-head" },
      title, button("×", close, { class: "button quiet", id: "panel-close", "aria-label": "Close" })),
    body);
  let shown = null;
  let protectedNets = [];
  let opener = null;

  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  function close() {
    if (element.hidden) return;
    element.hidden = true;
    shown = null;
    closed();
    if (opener?.isConnected) opener.focus();
  }

  async function open(table, address) {
    if (shown?.address !== address) replace(body, h("p", { class: "muted" }, "…"));
    if (element.hidden) opener = document.activeElement;
    shown = { table, address };
    element.hidden = false;
    setText(title, address);
    try {
      const reply = table === "trigger" ? await get("/v1/evidence", { address })
        : { packets: [], entry: await find(table, address) };
      if (shown?.address === address && shown.table === table) draw(table, address, reply.entry ?? null, reply);
    } catch (error) {
      replace(body, h("p", { class: "problem" }, sentence(error.message)));
    }
  }

  function draw(table, address, entry, evidence) {
    const again = async () => {
      await done();
      open(table, address);
    };
    replace(body,
      entry ? facts(table, entry) : absent(table, address, again),
      entry && actions(table, entry, again),
      h("p", {}, h("a", { href: context.address("log", { address }), id: "panel-log" }, "What the log has of it")),
      table === "trigger" && (entry || evidence.packets.length > 0) && evidenceList(evidence.packets));
  }

  function facts(table, entry) {
    const fact = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];
    return h("dl", { class: "facts" },
      fact("Table", table),
      fact("Reason", ruleLink(context, entry.triggeredBy)),
      fact("Matches", count(entry.matchCount)),
      fact("Last seen", `${timestamp(entry.lastTime)}, ${duration(hostNow() - entry.lastTime)} ago`),
      fact("Stays", entry.duration === null ? "until it is removed" : `${duration(entry.duration)} after it was last seen`));
  }

  function absent(table, address, again) {
    const shield = protectedNets.find((one) => touches(one.address, address));
    if (table === "trigger" && shield) {
      return h("p", { class: "callout", id: "panel-protected" },
        `It is not in the table, and no rule can put it there: ${shield.address} is protected (${shield.reason}).`);
    }
    const add = async () => {
      try {
        await enter(table, { addresses: [address] });
        toast(`${address} is in table ${table} now.`, "good");
        again();
      } catch (error) {
        complain(error);
      }
    };
    return [
      h("p", {}, `It has no entry of its own in table ${table}.`),
      h("p", {}, button(`Add it to ${table}`, add, { id: "panel-add" })),
    ];
  }

  function actions(table, entry, again) {
    const length = h("select", { class: "field", id: "panel-duration", "aria-label": "Duration from now on" },
      durations.map(([value, text]) => h("option", { value, selected: value === "1d" }, text)));
    const chosen = () => durations.find(([value]) => value === length.value);
    return h("div", { class: "panel-actions" },
      h("span", { class: "group" }, length, button("Extend", () => extend(table, entry, chosen(), again), {
        id: "panel-extend", title: "From now on; what it has matched stays counted",
      })),
      button("Remove", () => removeAddresses(table, [entry], again), { class: "button danger", id: "panel-remove" }),
      h("span", { class: "spring" }),
      table !== "authorize" && button("Authorize", () => authorize(table, entry, again), { id: "panel-authorize" }));
  }

  function evidenceList(packets) {
    const title = h("h3", {}, "The packets that put it there");
    if (!packets.length) {
      const reason = "None are kept: it was entered by hand or from a list, or before the last start.";
      return [title, h("p", { class: "muted" }, reason)];
    }
    return [title, h("ol", { class: "evidence", id: "evidence" }, packets.map((packet) => {
      const bytes = Uint8Array.from(atob(packet.bytes), (letter) => letter.charCodeAt(0));
      const line = packetOfBytes(bytes, packet);
      return h("li", {},
        h("div", {}, h("strong", {}, moment(packet.time)), " rule ", ruleLink(context, packet.rule)),
        line && h("code", { class: "packet" }, shortened(line)),
        h("div", { class: "row" },
          line && h("a", { href: context.address("why", { packet: line, logged: packet.rule }), data: { act: "explain" } }, "Explain"),
          h("details", {}, h("summary", {}, `${count(packet.byteCount)} bytes`),
            h("pre", { class: "bytes", tabindex: "0" }, hexLines(bytes)))));
    }))];
  }

  return {
    element, open, close,
    /** Learns from the daemon's status who is protected. */
    update(status) {
      protectedNets = status.protected;
    },
  };
}

/** Without the payload's bytes, which stand below. */
const shortened = (line) => line.replace(/ hex [0-9a-f]{24,}/, " …");
