// Build the widget into the Python package: `npm run build`, or `node build.mjs FOLDER` to build elsewhere.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
const root = process.argv[2] ?? join(here, "../src/onrecord/web/widget");
const target = ["chrome111", "firefox117", "safari16.4"];

const css = {
  name: "css",
  setup(building) {
    building.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

async function bundle(name, folder, define = {}) {
  await build({
    absWorkingDir: here,
    entryPoints: [`src/${name}.ts`],
    outfile: join(folder, name === "launcher" ? "onrecord.js" : `${name}.js`),
    bundle: true,
    minify: true,
    format: "esm",
    charset: "utf8",
    legalComments: "none",
    target,
    plugins: [css],
    define: { VERSION: JSON.stringify(version), ...define },
  });
}

const integrity = async (file) => `sha384-${createHash("sha384").update(await readFile(file)).digest("base64")}`;

const folder = join(root, version);
await mkdir(folder, { recursive: true });
await bundle("chat", folder);
await bundle("launcher", folder, { CHAT_INTEGRITY: JSON.stringify(await integrity(join(folder, "chat.js"))) });
await bundle("frame", folder);
await copyFile(join(here, "src/onrecord.d.ts"), join(folder, "onrecord.d.ts"));
const files = {};
for (const name of ["onrecord.js", "chat.js", "frame.js"]) files[name] = await integrity(join(folder, name));
await writeFile(join(folder, "integrity.json"), JSON.stringify({ version, files }, null, 2) + "\n");
await bundle("demo", join(root, "pages"));
