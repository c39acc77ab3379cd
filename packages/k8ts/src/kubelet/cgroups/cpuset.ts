/** The v1 cpuset controller starts empty, and a process cannot join an empty one: each level copies its parent's. */
import { readFile, writeFile } from "node:fs/promises";

const files = ["cpuset.cpus", "cpuset.mems"] as const;

async function read(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Fills what is empty on the way from the hierarchy's root down to `path`. Other hierarchies have no such files. */
export async function copyCpuset(hierarchy: string, path: string): Promise<void> {
  if ((await read(`${hierarchy}/${files[0]}`)) === undefined) return;
  let directory = hierarchy;
  for (const part of path.split("/").filter(Boolean)) {
    const above = directory;
    directory += `/${part}`;
    for (const file of files) {
      if ((await read(`${directory}/${file}`)) !== "") continue;
      await writeFile(`${directory}/${file}`, (await read(`${above}/${file}`)) ?? "");
    }
  }
}
