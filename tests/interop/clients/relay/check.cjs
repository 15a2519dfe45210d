// Builds the sample as Relay's users do, renders it, presses its buttons, and prints the titles shown after each step.
const { transformFileSync } = require("@babel/core");
const { mkdirSync, readdirSync, writeFileSync } = require("node:fs");

const plugins = [
  ["relay", { eagerEsModules: true }],
  ["@babel/plugin-transform-react-jsx", { runtime: "automatic" }],
  "@babel/plugin-transform-modules-commonjs",
];
mkdirSync("built/__generated__", { recursive: true });
for (const file of ["articles.jsx", ...readdirSync("__generated__").map((name) => `__generated__/${name}`)]) {
  writeFileSync(`built/${file.replace("jsx", "js")}`, transformFileSync(file, { plugins }).code);
}

const { createElement, Suspense } = require("react");
const { act, create } = require("react-test-renderer");
const { RelayEnvironmentProvider } = require("react-relay");
const { Article, environment } = require("./built/articles.js");

globalThis.IS_REACT_ACT_ENVIRONMENT = true;
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

async function main() {
  let page;
  const titles = () => page.root.findAllByType("li").map(({ children }) => children[0]);
  const press = (label) => {
    const [button] = page.root.findAllByType("button").filter(({ children }) => children[0] === label);
    return act(async () => button.props.onClick());
  };
  const shows = async (count) => {
    while (titles().length !== count) await act(turn);
    return titles();
  };

  const slug = "pytorch-2-0-brings-new-fire-to-open-source-machine-learning";
  const article = createElement(Suspense, {}, createElement(Article, { slug }));
  await act(async () => {
    page = create(createElement(RelayEnvironmentProvider, { environment }, article));
  });
  const shown = [await shows(2)];
  await press("More");
  shown.push(await shows(3));
  await press("Start again");
  shown.push(await shows(1));
  console.log(JSON.stringify(shown));
}

main().then(() => process.exit(0)); // Relay keeps timers, which would keep the process
