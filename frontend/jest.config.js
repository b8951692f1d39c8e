/** Tests run as the browser's modules do; only JSX is compiled. */

export default {
  injectGlobals: false, // Testing Library would hang its own hooks on them, in the middle of a test
  testTimeout: 20_000, // of a busy machine
  testEnvironment: "<rootDir>/tests/environment.js",
  extensionsToTreatAsEsm: [".jsx"],
  moduleNameMapper: { "\\.css(\\?inline)?$": "<rootDir>/tests/css.js" },
  setupFilesAfterEnv: ["<rootDir>/tests/setup.js"],
  transform: {
    "\\.jsx?$": [
      "babel-jest",
      {
        configFile: false,
        presets: [
          ["@babel/preset-env", { targets: { node: "current" }, modules: false }],
          ["@babel/preset-react", { runtime: "automatic" }],
        ],
      },
    ],
  },
};
