import { createNodeTransport } from "@k8ts/client/node";
import { transportContract } from "@k8ts/client/testing";
import { admin, startServer } from "./server-under-test.ts";

transportContract("in process", async () => {
  const { server, stop } = await startServer();
  return { transport: server.inProcess(admin), stop };
});

for (const http2 of [true, false]) {
  transportContract(`HTTP/${http2 ? 2 : 1.1} over TLS`, async () => {
    const { server, pki, stop } = await startServer({ withoutPort: false });
    const access = {
      server: server.url,
      certificateAuthority: pki.caPem,
      clientCertificate: pki.admin.certPem,
      clientKey: pki.admin.keyPem,
    };
    const transport = createNodeTransport(access, { http2 });
    return {
      transport,
      async stop() {
        await transport.close();
        await stop();
      },
    };
  });
}
