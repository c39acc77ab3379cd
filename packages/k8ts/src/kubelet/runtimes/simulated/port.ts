/**
 * What a simulated container answers on any of its ports: an HTTP request gets 200 and the pod's name, anything else
 * comes back as it was sent.
 */
import { Duplex } from "node:stream";

/** The far end of one connection to a simulated pod. */
export function simulatedConnection(pod: string): Duplex {
  let head = "";
  let echoes = false;
  const connection: Duplex = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      if (!echoes) head += chunk.toString("latin1");
      if (echoes) connection.push(chunk);
      else if (!/^(?:$|[A-Z]{1,7}(?:$| ))/.test(head.slice(0, 8))) {
        echoes = true;
        connection.push(Buffer.from(head, "latin1"));
      } else if (head.includes("\r\n\r\n")) {
        answer(connection, pod, head);
        head = "";
      }
      done();
    },
    final(done) {
      connection.push(null);
      done();
    },
  });
  return connection;
}

function answer(connection: Duplex, pod: string, request: string): void {
  const close = /\r\nconnection:\s*close/i.test(request);
  const body = `simulated pod ${pod}\n`;
  const kind = `content-type: text/plain\r\ncontent-length: ${body.length}`;
  connection.push(`HTTP/1.1 200 OK\r\n${kind}\r\nconnection: ${close ? "close" : "keep-alive"}\r\n\r\n`);
  if (!request.startsWith("HEAD ")) connection.push(body);
  if (close) connection.push(null);
}
