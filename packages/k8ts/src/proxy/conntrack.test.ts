import assert from "node:assert/strict";
import { it } from "node:test";
import { parseUdpFlows } from "./conntrack.ts";

it("parses conntrack's list", () => {
  const text = [
    "udp      17 28 src=10.0.0.9 dst=10.96.0.53 sport=5353 dport=53 src=10.244.1.5 dst=10.0.0.9 sport=8053 dport=5353 mark=0 use=1",
    "udp      17 28 src=10.0.0.9 dst=10.96.0.53 sport=5354 dport=53 [UNREPLIED] src=10.96.0.53 dst=10.0.0.9 sport=53 dport=5354 mark=0 use=1",
    "udp      17 3 src=fd00:0:0::9 dst=fd00:96::35 sport=1 dport=53 src=fd00:244::5 dst=fd00::9 sport=53 dport=1 use=1",
    "tcp      6 431999 ESTABLISHED src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 use=1",
    "udp      17 garbage",
    "",
  ].join("\n");
  const summary = parseUdpFlows(text).map(
    (flow) =>
      `${flow.source} ${flow.sourcePort} ${flow.destination} ${flow.destinationPort} ${flow.replySource} ${flow.replySourcePort}`,
  );
  assert.deepEqual(summary, [
    "10.0.0.9 5353 10.96.0.53 53 10.244.1.5 8053",
    "10.0.0.9 5354 10.96.0.53 53 10.96.0.53 53",
    "fd00::9 1 fd00:96::35 53 fd00:244::5 53",
  ]);
});
