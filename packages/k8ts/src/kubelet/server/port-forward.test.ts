import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpsRequest } from "node:https";
import { after, before, describe, it } from "node:test";
import { readText } from "../streaming/index.ts";
import { overWebSocket, serveKubelet, upgradeToSpdy, type ServingKubelet } from "./serving.fixture.ts";

let kubelet: ServingKubelet;
before(async () => {
  kubelet = await serveKubelet();
});
after(() => kubelet.stop());

describe("port-forward", () => {
  const request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  it("over SPDY streams, a pair for each connection", async () => {
    const upgraded = await upgradeToSpdy(kubelet, "/portForward/default/web", "portforward.k8s.io");
    assert.ok("session" in upgraded);
    for (const requestid of ["0", "1"]) {
      const error = upgraded.session.openStream({ streamtype: "error", port: "80", requestid });
      const data = upgraded.session.openStream({ streamtype: "data", port: "80", requestid });
      error.end();
      data.write(request);
      assert.match(await readText(data, 1000), /simulated pod default\/web\n$/);
      assert.equal(await readText(error, 1000), "");
    }
    for (const port of ["0", "65536", "x"]) {
      const stream = upgraded.session.openStream({ streamtype: "data", port, requestid: "2" });
      assert.equal(await readText(stream, 100), "");
      assert.ok(stream.destroyed);
    }
    upgraded.session.destroy();
  });

  it("over SPDY in a WebSocket, whose protocol has a slash in its name", async () => {
    const { server, pki } = kubelet;
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol": "SPDY/3.1+portforward.k8s.io",
    };
    const options = { host: "127.0.0.1", port: server.port, path: "/portForward/default/web", headers, agent: false };
    const call = httpsRequest({ ...options, ca: pki.ca, ...pki.admin });
    call.end();
    const [response, socket] = await once(call, "upgrade");
    assert.equal(response.statusCode, 101);
    assert.equal(response.headers["sec-websocket-protocol"], "SPDY/3.1+portforward.k8s.io");
    // A masked binary message with a SPDY PING comes back unmasked.
    const ping = Buffer.from("800300060000000400000001", "hex");
    socket.write(Buffer.concat([Buffer.from([0x82, 0x80 | ping.length, 0, 0, 0, 0]), ping]));
    const [answer] = await once(socket, "data");
    assert.deepEqual(answer, Buffer.concat([Buffer.from([0x82, ping.length]), ping]));
    socket.destroy();
  });

  it("over WebSocket channels, two for each port", async () => {
    const { channels } = await overWebSocket(
      kubelet,
      "/portForward/default/web?port=80",
      ["v4.channel.k8s.io"],
      (socket) => socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(request)])),
    );
    assert.equal(channels[0]?.slice(0, 2), "P\0");
    assert.match(channels[0] ?? "", /simulated pod default\/web\n$/);
    assert.equal(channels[1], "P\0");
  });

  it("refuses ports that are none", () =>
    assert.rejects(overWebSocket(kubelet, "/portForward/default/web?port=0", ["v4.channel.k8s.io"]), /response: 400/));
});
