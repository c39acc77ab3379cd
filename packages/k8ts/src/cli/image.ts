/** `k8ts image load|ls|rm`: the images a cluster has without a network. */
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { hostLayout } from "../host/index.ts";
import {
  ArchiveError,
  familiarReference,
  fullReference,
  ImageLayout,
  loadArchive,
  nameAnnotation,
} from "../images/index.ts";
import { dataDirectory, UsageError, withDataDirectory, type DataDirectoryFlag } from "./options.ts";
import { printTable } from "./print.ts";

async function openLayout(flags: DataDirectoryFlag): Promise<ImageLayout> {
  const layout = new ImageLayout(hostLayout(dataDirectory(flags)).images);
  await layout.open();
  return layout;
}

/** Loads archives; resolves to the familiar names of what was loaded. */
export async function loadImages(
  directory: string,
  files: readonly string[],
  names: readonly string[] = [],
): Promise<string[]> {
  const layout = new ImageLayout(hostLayout(directory).images);
  await layout.open();
  const loaded: string[] = [];
  for (const file of files) {
    await stat(file).catch(() => {
      throw new UsageError(`there is no file ${file}`);
    });
    try {
      loaded.push(...(await loadArchive(file, layout, names)).map(familiarReference));
    } catch (error) {
      if (error instanceof ArchiveError) throw new UsageError(error.message);
      throw error;
    }
  }
  return loaded;
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)}MB`;

async function list(flags: DataDirectoryFlag): Promise<void> {
  const layout = await openLayout(flags);
  const rows: string[][] = [];
  for (const image of await layout.images()) {
    const name = familiarReference(image.annotations?.[nameAnnotation] ?? "");
    rows.push([name, image.digest.slice(7, 19), megabytes(await layout.imageSize(image))]);
  }
  printTable(["IMAGE", "DIGEST", "SIZE"], rows, "No images loaded.");
}

async function remove(names: readonly string[], flags: DataDirectoryFlag): Promise<void> {
  const layout = await openLayout(flags);
  for (const name of names) {
    if (!(await layout.remove(fullReference(name)))) throw new UsageError(`no image "${name}" has been loaded`);
    console.log(`image/${familiarReference(fullReference(name))} removed`);
  }
}

/** Adds the verb to the command line. */
export function addImageCommand(program: Command): void {
  const image = program.command("image").description("images that the cluster has without a network");
  withDataDirectory(image.command("load"))
    .argument("<archive...>", "tar files: OCI layouts, or what docker save writes")
    .option("--name <name...>", "load under this name instead of the archive's own")
    .description("load images; pods may then use them by name, on a machine without a network too")
    .action(async (files: string[], flags: DataDirectoryFlag & { name?: string[] }) => {
      for (const name of await loadImages(dataDirectory(flags), files, flags.name)) console.log(`image/${name} loaded`);
    });
  withDataDirectory(image.command("ls")).alias("list").description("list the loaded images").action(list);
  withDataDirectory(image.command("rm"))
    .argument("<name...>", "image names")
    .description("remove loaded images; containers that use them go on running")
    .action(remove);
}
