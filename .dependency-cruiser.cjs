/**
 * Which folder may import which. Imports run one way, so that a reader needs to look in one direction only:
 *
 *     proto/core <- proto/wire <- proto/runtime <- edge | cloud <- deploy;   tests see everything
 *     and inside edge and cloud:   core <- adapters <- compose.ts <- main.ts
 *
 * A contract between two adapters is a type. An adapter may import types (`import type`) from any folder of its side; a core
 * may not.
 */

const SIDE = "^(edge|cloud)/";
/** The folders of a side, except the pure ones (`core`, `decode`) and `config`, which is a part of config.ts. */
const ADAPTER = "^(edge|cloud)/(?!core/|decode/|config/)([^/]+)/";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      comment: "Two files that import each other belong together, or a third file is missing.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "unresolvable",
      comment: "No rule can check a module that is not found.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "proto-core-imports-nothing",
      comment: "Rules and types only. The sketch is the one exception: it uses a library.",
      severity: "error",
      from: { path: "^proto/core/", pathNot: "^proto/core/sketch\\.ts$" },
      to: { pathNot: "^proto/core/" },
    },
    {
      name: "proto-core-sketch",
      severity: "error",
      from: { path: "^proto/core/sketch\\.ts$" },
      to: { pathNot: ["^proto/core/", "^node_modules/@datadog/sketches-js/"] },
    },
    {
      name: "wire-imports-core-only",
      severity: "error",
      from: { path: "^proto/wire/", pathNot: "^proto/wire/http/" },
      to: {
        pathNot: [
          "^proto/(core|wire)/",
          "^node_modules/(protobufjs|long)/",
          "^(node:)?(zlib|crypto|util|buffer|assert)$",
        ],
      },
    },
    {
      name: "http-answers-import-core-and-zod-only",
      comment: "An answer is a schema that both ends share.",
      severity: "error",
      from: { path: "^proto/wire/http/" },
      to: { pathNot: ["^proto/(core|wire)/", "^node_modules/zod/"] },
    },
    {
      name: "proto-knows-no-side",
      severity: "error",
      from: { path: "^proto/" },
      to: { path: "^(edge|cloud|deploy)/" },
    },
    {
      name: "sides-never-meet",
      comment: "A gateway and a region know each other as bytes on a wire.",
      severity: "error",
      from: { path: SIDE },
      to: { path: SIDE, pathNot: "^$1/" },
    },
    {
      name: "sides-know-no-operator",
      severity: "error",
      from: { path: SIDE },
      to: { path: "^deploy/" },
    },
    {
      name: "side-core-looks-inwards",
      comment: "What a core needs it defines, also types. An adapter imports them from there.",
      severity: "error",
      from: { path: "^(edge|cloud)/(core|decode)/" },
      to: { path: "^(edge|cloud|proto/runtime)/", pathNot: "^$1/(core|$2)/" },
    },
    {
      name: "side-core-is-pure",
      comment: "The core decides. It imports no adapter and no library.",
      severity: "error",
      from: { path: "^(edge|cloud)/(core|decode)/" },
      to: {
        // Decompressing and unpacking are pure functions of bytes, too.
        pathNot: [
          "^proto/core/",
          "^$1/(core|decode)/",
          "^(node:)?(assert|buffer|zlib)$",
          "^node_modules/(cborg|@msgpack/msgpack|csv-parse|protobufjs|long)/",
        ],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "side-core-knows-no-adapter",
      comment: "A type that the core and an adapter share is declared in the core.",
      severity: "error",
      from: { path: "^(edge|cloud)/(core|decode)/" },
      to: { path: ADAPTER },
    },
    {
      name: "adapters-do-not-meet",
      comment: "compose.ts connects them by constructor arguments. They share only types.",
      severity: "error",
      from: { path: ADAPTER },
      to: { path: ADAPTER, pathNot: "^$1/$2/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "adapters-do-not-look-up",
      severity: "error",
      from: { path: ADAPTER },
      to: { path: "^(edge|cloud)/(main|compose)\\.ts$" },
    },
    {
      name: "compose-alone-knows-adapters",
      severity: "error",
      from: { path: "^(edge|cloud)/[^/]+\\.ts$", pathNot: "/compose\\.ts$" },
      to: { path: ADAPTER, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "aedes-stays-in-its-folder",
      comment:
        "The rest of the broker works on its own types, so that aedes can be replaced, and another packet parser can work beside it.",
      severity: "error",
      from: { path: "^(edge|cloud|proto|deploy)/", pathNot: "^edge/mqtt/(aedes/|packet-encoding\\.ts$)" },
      to: { path: "(^|/)node_modules/(aedes|aedes-packet|aedes-persistence|mqtt-packet|mqemitter)/" },
    },
    {
      name: "broker-alone-imports-aedes",
      comment:
        "broker.ts connects aedes with the handlers, which do not know it. No other file changes when aedes is replaced.",
      severity: "error",
      from: { path: "^(edge|cloud|proto|deploy)/", pathNot: "^edge/mqtt/(aedes/|broker\\.ts$)" },
      to: { path: "^edge/mqtt/aedes/" },
    },
    {
      name: "sessions-know-no-broker",
      comment: "Sessions are stores. The broker and the adapter of aedes use them.",
      severity: "error",
      from: { path: "^edge/mqtt/sessions/" },
      to: { path: "^edge/", pathNot: "^edge/(core|mqtt/sessions)/" },
    },
    {
      name: "tables-know-no-storage",
      comment: "A table is SQL and rows. The rest of the storage thread uses it.",
      severity: "error",
      from: { path: "^edge/storage/tables/" },
      to: { path: "^edge/", pathNot: "^edge/(core|storage/tables)/" },
    },
    {
      name: "injections-know-no-drill",
      comment: "An injection is given what it may do (SandboxControl, DeploymentControl). A run uses injections.",
      severity: "error",
      from: { path: "^deploy/drill/injections/" },
      to: { path: "^deploy/drill/", pathNot: "^deploy/drill/injections/" },
    },
    {
      name: "drill-command-alone-reports",
      comment: "A report is made of the outcome, after the run. The run does not know it.",
      severity: "error",
      from: { path: "^deploy/", pathNot: "^deploy/drill/(report/|drill-command\\.ts$)" },
      to: { path: "^deploy/drill/report/" },
    },
    {
      name: "deploy-enters-by-main-or-config",
      comment:
        "For the operator's side a gateway and a region are processes that it starts and configures. Decoding is pure, and `tidemark decode` shows it.",
      severity: "error",
      from: { path: "^deploy/" },
      to: {
        path: SIDE,
        pathNot: "^((edge|cloud)/(main|config)|edge/decode/(routed-decoder|explanation|content-type))\\.ts$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { pathNot: "^tests/" },
      to: { path: "^tests/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^proto/wire/generated/.*\\.d\\.ts$" },
    tsPreCompilationDeps: "specify",
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
