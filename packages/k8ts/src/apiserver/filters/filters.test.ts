import assert from "node:assert/strict";
import { test } from "node:test";
import {
  noMetrics,
  notFound,
  scheme,
  seededRandom,
  silentLogger,
  VirtualClock,
  type Logger,
  type LogFields,
} from "@k8ts/api";
import type { UserInfo } from "../../auth/index.ts";
import { Exchange, type Filter, type Handler, type Observer } from "../exchange.ts";
import type { HttpResponse } from "../http/index.ts";
import { rawHttpRequest } from "../raw-request.ts";
import { chain } from "./chain.ts";
import { deadline, goDuration } from "./deadline.ts";
import { impersonation } from "./impersonation.ts";
import { InFlightRequests } from "./in-flight-requests.ts";
import { maxInFlight } from "./max-in-flight.ts";
import { panicRecovery } from "./panic-recovery.ts";
import { requestId } from "./request-id.ts";
import { requestLog } from "./request-log.ts";
import { requestMetrics, type RequestLabels } from "./request-metrics.ts";
import { resolveRequestInfo } from "./resolve-request-info.ts";
import { warningHeaders } from "./warning-headers.ts";

const ok: HttpResponse = { status: 200, headers: {} };
const admin: UserInfo = { name: "admin", groups: ["system:masters"] };
const alice: UserInfo = { name: "alice", groups: ["system:authenticated"] };

function exchangeOf(
  path: string,
  headers: Record<string, string> = {},
  user = alice,
  method = "GET",
  clock = new VirtualClock(0),
): Exchange {
  const exchange = new Exchange(rawHttpRequest({ method, path, headers }, "test"), clock, seededRandom(1));
  exchange.user = user;
  return exchange;
}

const recover = panicRecovery(scheme, silentLogger);
const behind = (filters: readonly Filter[], handler: Handler): Handler =>
  chain({ filters: [resolveRequestInfo(), ...filters], observers: [], recover }, handler);
const observed = (observer: Observer, handler: Handler): Handler =>
  chain({ filters: [], observers: [observer], recover }, handler);
const run = (filters: readonly Filter[], handler: Handler, exchange: Exchange): Promise<HttpResponse> =>
  behind(filters, handler)(exchange);

const bodyOf = (response: HttpResponse): string => Buffer.from(response.body as Uint8Array).toString();
const statusOf = (response: HttpResponse): { message: string; reason: string } => JSON.parse(bodyOf(response)) as never;

/** A handler that answers when it is told to. */
function held(): { handler: Handler; release: () => void; started: () => number } {
  const gate = Promise.withResolvers<void>();
  let started = 0;
  return {
    handler: async () => {
      started++;
      await gate.promise;
      return { status: 200, headers: {} };
    },
    release: () => gate.resolve(),
    started: () => started,
  };
}

test("what is thrown becomes a Status; what nobody expected is logged with its stack", async () => {
  const lines: LogFields[] = [];
  const logger: Logger = { ...silentLogger, error: (_message, fields) => void lines.push(fields!) };
  const handle = (error: Error): Promise<HttpResponse> =>
    chain({ filters: [], observers: [], recover: panicRecovery(scheme, logger) }, async () => {
      throw error;
    })(exchangeOf("/x"));
  const expected = await handle(notFound({ group: "", resource: "pods" }, "a"));
  assert.deepEqual([expected.status, lines.length], [404, 0]);
  const surprise = await handle(new TypeError("undefined is no function"));
  assert.equal(surprise.status, 500);
  assert.equal(statusOf(surprise).message, "Internal error occurred: undefined is no function");
  assert.match(String(lines[0]!["error"]), /TypeError.*\n +at /);
});

test("a deadline answers 504 and stops the work", async () => {
  const clock = new VirtualClock(0);
  const exchange = exchangeOf("/api/v1/pods?timeout=10s", {}, alice, "GET", clock);
  let stopped = false;
  const answer = run(
    [deadline()],
    (inner) => new Promise(() => inner.signal.addEventListener("abort", () => (stopped = true))),
    exchange,
  );
  await clock.advance(9_999);
  assert.ok(!stopped);
  await clock.advance(1);
  const response = await answer;
  assert.deepEqual([response.status, stopped], [504, true]);
  assert.equal(statusOf(response).message, "Timeout: request did not complete within the allotted timeout");
});

test("a minute at most, watches as long as they like", async () => {
  const clock = new VirtualClock(0);
  const { handler, release } = held();
  const long = run([deadline()], handler, exchangeOf("/api/v1/pods?timeout=10h", {}, alice, "GET", clock));
  const watch = run([deadline()], handler, exchangeOf("/api/v1/pods?watch=1&timeout=1s", {}, alice, "GET", clock));
  await clock.advance(60_000);
  assert.equal((await long).status, 504);
  release();
  assert.equal((await watch).status, 200);
});

test("Go's durations", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["32s", 32_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["0", 0],
    ["-1s", -1000],
    [".5s", 500],
    ["5", Number.NaN],
    ["s", Number.NaN],
    ["1d", Number.NaN],
  ];
  for (const [text, milliseconds] of cases) assert.equal(goDuration(text), milliseconds, text);
});

test("too many at once get 429, reads and writes counted apart, administrators and watches let through", async () => {
  const { handler, release, started } = held();
  const filters = [maxInFlight({ readOnly: 2, mutating: 1 }, noMetrics)];
  const handle = behind(filters, handler);
  const open = [
    handle(exchangeOf("/api/v1/pods")),
    handle(exchangeOf("/api/v1/pods")),
    handle(exchangeOf("/api/v1/namespaces/a/pods", {}, alice, "POST")),
  ];
  const refused = await handle(exchangeOf("/api/v1/pods"));
  assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "1"]);
  assert.equal(bodyOf(refused), "Too many requests, please try again later.");
  assert.equal((await handle(exchangeOf("/api/v1/namespaces/a/pods", {}, alice, "POST"))).status, 429);
  open.push(handle(exchangeOf("/api/v1/pods?watch=1")), handle(exchangeOf("/api/v1/pods", {}, admin)));
  assert.equal(started(), 5);
  release();
  await Promise.all(open);
  assert.equal((await handle(exchangeOf("/api/v1/pods"))).status, 200);
});

test("a stopping server takes nothing new, waits for what it has, and ends watches", async () => {
  const inFlight = new InFlightRequests();
  const { handler, release } = held();
  const open = run([inFlight.filter()], handler, exchangeOf("/api/v1/pods"));
  let drained = false;
  const draining = inFlight.drain().then(() => (drained = true));
  assert.ok(inFlight.ended.aborted);
  const late = await run([inFlight.filter()], handler, exchangeOf("/api/v1/pods"));
  assert.deepEqual([late.status, late.headers["retry-after"]], [503, "5"]);
  assert.ok(!drained);
  release();
  assert.equal((await open).status, 200);
  await draining;
});

test("identifiers are the client's where they are short enough", async () => {
  const handle = observed(requestId(), async () => ({ status: 200, headers: {} }));
  const id = async (given: string): Promise<string> =>
    String((await handle(exchangeOf("/", given ? { "audit-id": given } : {}))).headers["audit-id"]);
  assert.equal(await id("abc"), "abc");
  assert.notEqual(await id("x".repeat(65)), "x".repeat(65));
  assert.match(await id(""), /^[0-9a-f-]{36}$/);
});

test("slow and failed requests are worth a line at info", async () => {
  const levels: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    info: () => void levels.push("info"),
    debug: () => void levels.push("debug"),
  };
  const clock = new VirtualClock(0);
  const handle = async (status: number, milliseconds: number): Promise<void> => {
    const handler: Handler = async () => {
      await clock.advance(milliseconds);
      return { status, headers: {} };
    };
    await observed(requestLog(logger), handler)(exchangeOf("/x", {}, alice, "GET", clock));
  };
  await handle(200, 1);
  await handle(404, 1);
  await handle(500, 1);
  await handle(200, 600);
  assert.deepEqual(levels, ["debug", "debug", "info", "info"]);
});

test("warnings are quoted, printable, said once, and never too long", () => {
  assert.deepEqual(warningHeaders(['a "b" \\ c', "x\ny", "x\ny"]), ['299 - "a \\"b\\" \\\\ c"', '299 - "x y"']);
  const long = warningHeaders(Array.from({ length: 30 }, (_, at) => `${at}${"x".repeat(1000)}`));
  assert.ok(long.join("").length < 5000);
  assert.ok(long.every((header) => header.length < 280));
});

// headers, whom the rights are asked for, the user that comes out
const impersonations: readonly (readonly [Record<string, string>, readonly string[], Partial<UserInfo> | string])[] = [
  [{}, [], { name: "alice" }],
  [{ "impersonate-user": "bob" }, ["users bob"], { name: "bob", groups: ["system:authenticated"] }],
  [
    { "impersonate-user": "bob", "impersonate-group": "a, b" },
    ["users bob", "groups a", "groups b"],
    { groups: ["a", "b", "system:authenticated"] },
  ],
  [
    { "impersonate-user": "system:serviceaccount:ns:robot" },
    ["serviceaccounts robot"],
    { groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"] },
  ],
  [
    { "impersonate-user": "bob", "impersonate-uid": "7", "impersonate-extra-acme.com%2Fteam": "red" },
    ["users bob", "userextras/acme.com/team red", "uids 7"],
    { uid: "7", extra: { "acme.com/team": ["red"] } },
  ],
  [
    { "impersonate-user": "bob", "impersonate-extra-__proto__": "x" },
    ["users bob", "userextras/__proto__ x"],
    { name: "bob" },
  ],
  [{ "impersonate-user": "system:anonymous" }, ["users system:anonymous"], { groups: ["system:unauthenticated"] }],
  [{ "impersonate-group": "a" }, [], "requested [a] without impersonating a user"],
];

for (const [headers, asked, expected] of impersonations) {
  test(`impersonation ${JSON.stringify(headers)}`, async () => {
    const questions: string[] = [];
    const authorizer = {
      authorize: (attributes: { resource: string; subresource: string; name: string }) => {
        const { resource, subresource, name } = attributes;
        questions.push(`${resource}${subresource && `/${subresource}`} ${name}`);
        return { decision: "allow" as const, reason: "" };
      },
    };
    const exchange = exchangeOf("/x", headers);
    const response = await run([impersonation(authorizer)], async () => ok, exchange);
    assert.deepEqual(questions, asked);
    if (typeof expected === "string") {
      assert.equal(statusOf(response).message, expected);
      return;
    }
    const user = JSON.parse(JSON.stringify(exchange.user)) as Record<string, unknown>;
    for (const [field, value] of Object.entries(expected)) assert.deepEqual(user[field], value);
  });
}

test("what is not served is counted together, whatever clients make up", async () => {
  const counted: RequestLabels[] = [];
  const meter = { done: (labels: RequestLabels) => void counted.push(labels) };
  const ask = async (method: string, path: string, status: number): Promise<string> => {
    const handler: Handler = async () => ({ status, headers: {} });
    const observers = [requestMetrics(meter, scheme)];
    const handle = chain({ filters: [resolveRequestInfo()], observers, recover }, handler);
    await handle(exchangeOf(path, {}, alice, method));
    const { verb, group, version, resource, subresource } = counted.at(-1)!;
    return [verb, group, version, resource, subresource].join(" ");
  };
  assert.equal(
    await ask("GET", "/apis/apps/v1/namespaces/a/deployments/b/scale", 200),
    "GET apps v1 deployments scale",
  );
  assert.equal(await ask("GET", "/apis/acme.com/v1/rockets", 404), "LIST    ");
  assert.equal(await ask("GET", "/api/v1/namespaces/a/pods/b/x8fj3", 404), "GET    ");
  assert.equal(await ask("GET", "/readyz/ping", 200), "GET    /readyz");
  assert.equal(await ask("GET", "/x8fj3", 404), "GET    ");
  assert.equal(await ask("BREW", "/version", 405), "other    /version");
});
