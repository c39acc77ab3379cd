/**
 * A small network of network namespaces for tests of real rules: a node with two pods, a pod of another node, and a client
 * outside. In each a child process opens and answers real connections.
 *
 *     p1 10.244.1.5 ┐                          ┌ outside 192.168.77.2
 *                   ├ bridge 10.244.1.1 ─ node ┤ 192.168.77.1
 *     p2 10.244.1.6 ┘                          └ remote 10.244.2.6 (behind 192.168.78.2)
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What runs in a namespace: it reads a JSON request a line and writes a JSON answer a line. */
const agentCode = `
const net = require("node:net"), dgram = require("node:dgram");
const name = process.argv[1];
const who = (address) => name + " " + address.replace("::ffff:", "");
const operations = {
  serve: ({ port, address }) => new Promise((resolve) => {
    net.createServer((socket) => socket.on("error", () => {}).end(who(socket.remoteAddress))).listen(port, () => {
      const udp = dgram.createSocket("udp4");
      udp.on("message", (_message, from) => udp.send(who(from.address), from.port, from.address));
      // A datagram's answer must come from where the question went.
      udp.bind(port, address, () => resolve("serving"));
    });
  }),
  tcp: ({ host, port, from, timeout }) => new Promise((resolve) => {
    const socket = net.connect({ host, port, localAddress: from });
    let text = "";
    const timer = setTimeout(() => { socket.destroy(); resolve("timeout"); }, timeout);
    const done = (answer) => { clearTimeout(timer); resolve(answer); };
    socket.on("data", (chunk) => (text += chunk));
    socket.on("end", () => done(text));
    socket.on("error", (error) => done(error.code));
  }),
  udp: ({ host, port, sourcePort, timeout }) => new Promise((resolve) => {
    const socket = dgram.createSocket("udp4");
    const done = (answer) => { clearTimeout(timer); socket.close(); resolve(answer); };
    const timer = setTimeout(() => done("timeout"), timeout);
    socket.on("message", (message) => done(String(message)));
    socket.on("error", (error) => done(error.code));
    socket.bind(sourcePort, () => socket.send("hello", port, host));
  }),
};
require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, operation, ...options } = JSON.parse(line);
  process.stdout.write(JSON.stringify({ id, answer: await operations[operation](options) }) + "\\n");
});
`;

/** Where a test can connect from and to. */
export type Place = "node" | "p1" | "p2" | "outside" | "remote";

/** Addresses by place. */
export const addresses: Readonly<Record<Place, string>> = {
  node: "192.168.77.1",
  p1: "10.244.1.5",
  p2: "10.244.1.6",
  outside: "192.168.77.2",
  remote: "10.244.2.6",
};

/** The port on which every place answers "NAME CLIENT-ADDRESS", over TCP and UDP. */
export const servedPort = 8080;

/** One namespace and its agent. */
class Agent {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: string) => void>();
  #next = 0;

  constructor(place: Place, namespace: string) {
    const command = [`--net=/run/netns/${namespace}`, process.execPath, "-e", agentCode, place];
    this.#child = spawn("nsenter", command, { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      const { id, answer } = JSON.parse(line) as { id: number; answer: string };
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
  }

  ask(operation: string, options: object): Promise<string> {
    const id = this.#next++;
    this.#child.stdin!.write(`${JSON.stringify({ id, operation, ...options })}\n`);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await closed;
  }
}

/** The network. Make it with `makeNetwork`, and stop it. */
export class TestNetwork {
  readonly #prefix: string;
  readonly #agents: Readonly<Record<Place, Agent>>;

  constructor(prefix: string) {
    this.#prefix = prefix;
    const agent = (place: Place): Agent => new Agent(place, `${prefix}${place}`);
    this.#agents = {
      node: agent("node"),
      p1: agent("p1"),
      p2: agent("p2"),
      outside: agent("outside"),
      remote: agent("remote"),
    };
  }

  /** The command line that runs a program in the node's namespace. */
  inNode(program: string): [string, ...string[]] {
    return ["nsenter", `--net=/run/netns/${this.#prefix}node`, program];
  }

  /** Starts the servers. */
  async serve(): Promise<void> {
    const agents = Object.entries(this.#agents) as [Place, Agent][];
    await Promise.all(
      agents.map(([place, agent]) => agent.ask("serve", { port: servedPort, address: addresses[place] })),
    );
  }

  /** Connects and reads: "p1 10.244.1.6" (who answered, whom they saw), an error code, or "timeout". */
  tcp(from: Place, host: string, port: number, options: { from?: string; timeout?: number } = {}): Promise<string> {
    return this.#agents[from].ask("tcp", { host, port, timeout: 2000, ...options });
  }

  /** Sends a datagram from a fixed port and reads the answer. */
  udp(from: Place, host: string, port: number, sourcePort: number, timeout = 500): Promise<string> {
    return this.#agents[from].ask("udp", { host, port, sourcePort, timeout });
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#agents).map((agent) => agent.stop()));
    for (const place of Object.keys(addresses)) ip(["netns", "delete", `${this.#prefix}${place}`]);
  }
}

const ip = (args: readonly string[]): void => void execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });

/** Why there can be no such network here; nothing where there can. */
export function networkObstacle(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux's";
  if (process.getuid?.() !== 0) return "making network namespaces takes root";
  for (const command of ["ip", "nft", "conntrack", "nsenter"]) {
    try {
      execFileSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" });
    } catch {
      return `there is no ${command} command`;
    }
  }
  try {
    execFileSync("unshare", ["-n", "nft", "list", "ruleset"], { stdio: "ignore" });
  } catch {
    return "nft does not work in a new network namespace";
  }
  return undefined;
}

/** Makes the network. `prefix` names its namespaces, so that two can stand side by side. */
export async function makeNetwork(prefix: string): Promise<TestNetwork> {
  for (const place of Object.keys(addresses)) ip(["netns", "add", `${prefix}${place}`]);
  try {
    layWires(prefix);
    const network = new TestNetwork(prefix);
    await network.serve();
    return network;
  } catch (error) {
    for (const place of Object.keys(addresses)) ip(["netns", "delete", `${prefix}${place}`]);
    throw error;
  }
}

function layWires(prefix: string): void {
  const node = `${prefix}node`;
  const inNode = (...args: string[]): void => ip(["-n", node, ...args]);
  inNode("link", "set", "lo", "up");
  inNode("link", "add", "bridge0", "type", "bridge");
  inNode("address", "add", "10.244.1.1/24", "dev", "bridge0");
  inNode("link", "set", "bridge0", "up");
  for (const pod of ["p1", "p2"] as const) {
    wire(prefix, pod, `${addresses[pod]}/24`, "10.244.1.1");
    inNode("link", "set", `to-${pod}`, "master", "bridge0");
    inNode("link", "set", `to-${pod}`, "type", "bridge_slave", "hairpin", "on");
  }
  wire(prefix, "outside", "192.168.77.2/24", "192.168.77.1");
  inNode("address", "add", "192.168.77.1/24", "dev", "to-outside");
  wire(prefix, "remote", "192.168.78.2/24", "192.168.78.1");
  inNode("address", "add", "192.168.78.1/24", "dev", "to-remote");
  ip(["-n", `${prefix}remote`, "address", "add", `${addresses.remote}/32`, "dev", "lo"]);
  inNode("route", "add", "10.244.2.0/24", "via", "192.168.78.2");
  inNode("route", "add", "default", "via", "192.168.77.2");
  const forward =
    "echo 1 > /proc/sys/net/ipv4/ip_forward; f=/proc/sys/net/bridge/bridge-nf-call-iptables; [ ! -e $f ] || echo 1 > $f";
  execFileSync("nsenter", [`--net=/run/netns/${node}`, "sh", "-c", forward]);
}

/** A wire from the node to a place, with an address and a way out there. */
function wire(prefix: string, place: Place, address: string, gateway: string): void {
  const [node, other] = [`${prefix}node`, `${prefix}${place}`];
  ip(["-n", node, "link", "add", `to-${place}`, "type", "veth", "peer", "name", "eth0", "netns", other]);
  ip(["-n", node, "link", "set", `to-${place}`, "up"]);
  ip(["-n", other, "link", "set", "lo", "up"]);
  ip(["-n", other, "address", "add", address, "dev", "eth0"]);
  ip(["-n", other, "link", "set", "eth0", "up"]);
  ip(["-n", other, "route", "add", "default", "via", gateway]);
}
