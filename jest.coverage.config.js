import config from "./jest.config.js";

/** Of `npm run coverage`: the tests that run src/ in their own process. Those left out run dist/, or the test kit, in another. */
export default {
  ...config,
  testPathIgnorePatterns: [
    ...config.testPathIgnorePatterns,
    "<rootDir>/__tests__/(action|real|scripts|workflows)/",
    "<rootDir>/__tests__/demo.test.ts",
  ],
  collectCoverage: true,
  collectCoverageFrom: ["src/**/*.ts"],
  coverageDirectory: "coverage",
  coverageProvider: "v8",
  coverageReporters: ["json-summary", "lcovonly"],
  // Just below what is reached; main and commands/ count as uncovered, since only the bundle runs them.
  coverageThreshold: { global: { lines: 94, branches: 95 } },
};
