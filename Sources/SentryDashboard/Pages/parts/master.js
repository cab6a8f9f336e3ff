// The master switch: off only after asking.

import { put } from "../api.js";
import { ask } from "./dialog.js";

/** @returns {Promise<boolean>} whether the firewall is on then */
export async function switchFirewall(isOn) {
  const text = "Every packet will pass without being judged, until it is switched on again.";
  if (!isOn && !(await ask("Switch the firewall off?", text, "Switch off", "danger"))) return true;
  return (await put("/v1/enabled", { enabled: isOn })).enabled;
}
