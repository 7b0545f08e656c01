// Bundles our scripts and styles and copies the libraries into dist/, each
// under a name with its content's hash, and lists them in dist/manifest.json.
// What the program itself uses, not the browser, is packed: what draws pictures
// (resvg) and the font that it sets text in, their licences beside them.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");
const bundle = async (entry) => {
  const { outputFiles } = await build({
    entryPoints: [join(here, entry)], bundle: true, minify: true, write: false, target: "esnext", format: "esm", logLevel: "warning",
  });
  return outputFiles[0].text;
};
const copy = (path) => readFileSync(join(here, path), "utf8").replace(/\n\/\/# sourceMappingURL=\S+\s*$/, "\n");
const packed = (path) => gzipSync(readFileSync(join(here, path)), { level: 9 });
const notice = (path) => {
  const { name, version, license, repository } = JSON.parse(readFileSync(join(here, path), "utf8"));
  const source = (repository.url ?? repository).replace(/^git@([^:]+):/, "https://$1/");
  return `${name} ${version}, licence ${license}. Its source is at ${source}\n`;
};
const sources = {
  "htmx.js": copy("node_modules/htmx.org/dist/htmx.min.js"),
  "deckplan.js": await bundle("js/main.js"),
  "deckplan.css": await bundle("css/main.css"),
  "mark.svg": copy("mark.svg"),
  "resvg.wasm.gz": packed("node_modules/@resvg/resvg-wasm/index_bg.wasm"),
  "resvg-licence.txt": notice("node_modules/@resvg/resvg-wasm/package.json"),
  "pretendard-regular.ttf.gz": packed("node_modules/pretendard/dist/public/static/alternative/Pretendard-Regular.ttf"),
  "pretendard-bold.ttf.gz": packed("node_modules/pretendard/dist/public/static/alternative/Pretendard-Bold.ttf"),
  "pretendard-licence.txt": copy("node_modules/pretendard/dist/LICENSE.txt"),
};

mkdirSync(dist, { recursive: true });
for (const old of readdirSync(dist)) if (old !== ".gitignore") rmSync(join(dist, old), { recursive: true });

const manifest = {};
for (const [name, text] of Object.entries(sources)) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const ext = extname(name);
  manifest[name] = `${name.slice(0, -ext.length)}.${hash}${ext}`;
  writeFileSync(join(dist, manifest[name]), text);
}
writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
