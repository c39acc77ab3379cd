import { rename } from "node:fs/promises";
import { realClock } from "@k8ts/api";
import { fileLogs } from "../logs/index.ts";
import { runtimeContract } from "./contract.ts";
import { createCriRuntime } from "./cri.ts";
import { cannotRunContainerd, startTestContainerd, testImage } from "./cri/containerd.fixture.ts";

/** An echo server in perl, which every Debian has: no module, so that the image needs no library of its own. */
const echoServer =
  'socket(S,2,1,0);setsockopt(S,1,2,1);bind(S,pack("Sna4x8",2,7000,"\\0\\0\\0\\0"));listen(S,9);' +
  "while(accept(C,S)){if(!fork){while(sysread(C,$b,4096)){syswrite(C,$b)}exit}close(C)}";

runtimeContract(
  "cri",
  async () => {
    const containerd = await startTestContainerd();
    const runtime = createCriRuntime({ socket: containerd.socket, clock: realClock });
    return {
      runtime,
      image: testImage,
      logs: fileLogs,
      logDirectory: `${containerd.directory}/logs`,
      cgroupParent: containerd.cgroupParent,
      echoServer: ["/bin/perl", "-e", echoServer],
      moveLog: (path) => rename(path, `${path}.old`),
      async stop() {
        await runtime.close();
        await containerd.stop();
      },
    };
  },
  await cannotRunContainerd(),
);
