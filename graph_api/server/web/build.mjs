// Bundles the pages into a folder: `node build.mjs FOLDER`. Every file is named by its content, and lies there
// compressed too; manifest.json says which files make which page.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const PAGES = ["graphiql.jsx"]; // a page is one of these and all that it imports
const WORKERS = {
  editor: "monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "monaco-graphql/esm/graphql.worker.js",
  json: "monaco-editor/esm/vs/language/json/json.worker.js",
};
const LEAST_BYTES = 1024; // smaller files gain nothing

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

const named = (name, content) => {
  const [stem, ending] = name.split(".");
  const file = `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase()}.${ending}`;
  writeFileSync(join(folder, file), content);
  return file;
};

// Fonts come inside the style sheets; as files of their own only those are loaded whose letters are shown.
const fontsAsFiles = (text) =>
  text.replace(/url\("?data:font\/(\w+);(?:[^,]*;)?base64,([^)"]+)"?\)/g, (_, kind, data) =>
    `url("./${named(`font.${kind}`, Buffer.from(data, "base64"))}")`,
  );

const styles = {
  name: "styles",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/font-/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /monaco-editor\/.*\.css$/ }, () => ({ contents: "", loader: "empty" })); // GraphiQL's style sheet holds them
    onLoad({ filter: /\.css$/ }, ({ path }) => ({ contents: fontsAsFiles(readFileSync(path, "utf8")), loader: "css" }));
  },
};

const bundled = async (entryPoints, options) => {
  const { metafile } = await build({
    entryPoints,
    bundle: true,
    minify: true,
    metafile: true,
    target: "es2022",
    outdir: folder,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none", // licenses.txt holds them all
    logLevel: "warning",
    ...options,
  });
  return metafile;
};

const outputs = ({ outputs }) => Object.entries(outputs).map(([path, output]) => ({ file: basename(path), ...output }));

const workers = await bundled(Object.values(WORKERS), { format: "iife" });
const workerFiles = Object.fromEntries(
  Object.entries(WORKERS).map(([label, source]) => [
    label,
    outputs(workers).find(({ entryPoint }) => entryPoint?.endsWith(source)).file,
  ]),
);

const pages = await bundled(PAGES, {
  format: "esm",
  splitting: true,
  jsx: "automatic",
  plugins: [styles],
  define: { "process.env.NODE_ENV": '"production"', WORKER_FILES: JSON.stringify(workerFiles) },
});

// What a page imports, and what that imports: told to the browser at once.
const imported = (file, found = new Set()) => {
  const { imports } = outputs(pages).find((output) => output.file === file);
  for (const part of imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => basename(path))) {
    if (!found.has(part)) imported(part, found.add(part));
  }
  return found;
};

const manifest = { icon: named("icon.svg", readFileSync("icon.svg")), pages: {} };
for (const page of PAGES) {
  const { file, cssBundle } = outputs(pages).find(({ entryPoint }) => entryPoint === page);
  manifest.pages[page.split(".")[0]] = { script: file, style: basename(cssBundle), parts: [...imported(file)] };
}

const licenses = new Map();
for (const input of [...Object.keys(workers.inputs), ...Object.keys(pages.inputs)]) {
  const [, root] = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//) ?? [];
  if (!root || licenses.has(root)) continue;
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const texts = readdirSync(root).filter((file) => /^(licen[cs]e|notice|thirdparty)/i.test(file));
  licenses.set(root, [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(join(root, file), "utf8"))]);
}
writeFileSync(join(folder, "licenses.txt"), [...licenses.values()].map((lines) => lines.join("\n\n")).join("\n\n---\n\n"));

for (const file of readdirSync(folder).filter((file) => /\.(js|css|svg|ttf)$/.test(file))) {
  const content = readFileSync(join(folder, file));
  if (content.length < LEAST_BYTES) continue;
  writeFileSync(join(folder, `${file}.gz`), gzipSync(content, { level: 9 }));
  writeFileSync(join(folder, `${file}.br`), brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
}
writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 1));
