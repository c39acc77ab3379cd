import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { seededRandom, serviceUnavailable, silentLogger, VirtualClock } from "@k8ts/api";
import { leases } from "@k8ts/api/coordination/v1";
import { createClient } from "../rest/create-client.ts";
import { MemoryApi } from "../testing/memory-api.ts";
import { LeaderElector, type LeaderElectionOptions } from "./leader-elector.ts";

describe("leader election", () => {
  let clock: VirtualClock;
  let api: MemoryApi;
  let seed = 0;
  beforeEach(() => {
    clock = new VirtualClock();
    api = new MemoryApi();
  });

  function candidate(identity: string, transport = api as MemoryApi, extra: Partial<LeaderElectionOptions> = {}) {
    const stop = new AbortController();
    const log: string[] = [];
    const elector = new LeaderElector({
      client: createClient(transport),
      lease: { namespace: "kube-system", name: "test" },
      identity,
      clock,
      random: seededRandom(++seed),
      logger: silentLogger,
      onStartedLeading(signal) {
        log.push("started");
        signal.addEventListener("abort", () => log.push("lost"));
      },
      onStoppedLeading: () => log.push("stopped"),
      onNewLeader: (leader) => log.push(`leader ${leader}`),
      ...extra,
    });
    const running = elector.run(stop.signal);
    return { elector, log, running, stop: () => stop.abort() };
  }
  const spec = () => api.objects(leases)[0]!.spec!;

  it("leads at once where nobody does, and renews every two seconds", async () => {
    const a = candidate("a");
    await clock.advance(0);
    assert.deepEqual(a.log, ["leader a", "started"]);
    assert.equal(a.elector.isLeader, true);
    const { acquireTime } = spec();
    await clock.advance(20_500);
    assert.equal(spec().holderIdentity, "a");
    assert.equal(spec().acquireTime, acquireTime);
    assert.equal(spec().leaseTransitions, 0);
    assert.equal(spec().leaseDurationSeconds, 15);
    assert.equal(api.calls.filter(({ verb }) => verb === "update").length, 11);
    assert.equal(api.calls.filter(({ verb }) => verb === "get").length, 1);
    a.stop();
    await a.running;
    assert.equal(clock.pending, 0);
  });

  it("hands over at once when the leader stops", async () => {
    const a = candidate("a");
    await clock.advance(100);
    const b = candidate("b");
    await clock.advance(60_000);
    assert.equal(b.elector.leader, "a");
    a.stop();
    await a.running;
    assert.deepEqual(a.log.slice(-2), ["lost", "stopped"]);
    assert.equal(spec().holderIdentity, "");
    await clock.advance(5000);
    assert.equal(b.elector.isLeader, true);
    assert.equal(spec().leaseTransitions, 1);
    b.stop();
    await b.running;
  });

  it("takes over from a silent leader after the lease's duration, not before", async () => {
    const a = candidate("a");
    await clock.advance(100);
    const b = candidate("b");
    await clock.advance(10_000);
    // a dies without a word: nothing of it reaches the API any more.
    api.fault = ({ body }) => {
      const holder = (body as { spec?: { holderIdentity?: string } } | undefined)?.spec?.holderIdentity;
      if (holder === "a" || holder === "") throw serviceUnavailable("cut off");
    };
    const lastRenewal = clock.now();
    await clock.advance(12_900);
    assert.equal(b.elector.isLeader, false);
    await clock.advance(8000);
    assert.equal(b.elector.isLeader, true);
    assert.ok(clock.now() - lastRenewal < 21_000);
    // By then a has long given up: never two leaders.
    assert.deepEqual(a.log.slice(-2), ["lost", "stopped"]);
    b.stop();
    await Promise.all([a.running, b.running]);
  });

  it("gives up after the renew deadline where the server hangs", async () => {
    const a = candidate("a");
    await clock.advance(100);
    api.fault = () => new Promise(() => undefined);
    await clock.advance(12_000);
    assert.deepEqual(a.log.slice(-1), ["lost"]);
    // Nor does giving the lease back wait for ever.
    await clock.advance(10_000);
    assert.deepEqual(a.log.slice(-1), ["stopped"]);
    await a.running;
  });

  it("refuses durations that make no sense", () => {
    assert.throws(
      () => candidate("a", api, { renewDeadline: 15_000 }),
      /leaseDuration must be greater than renewDeadline/,
    );
    assert.throws(() => candidate("a", api, { retryPeriod: 9000 }), /renewDeadline must be greater than retryPeriod/);
    assert.throws(() => candidate(""), /identity is empty/);
  });
});
