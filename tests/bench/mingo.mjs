// Runs pipelines over alerts with mingo and prints evaluations per second, for bench_filters.py.
// Arguments: where mingo is installed, a file of alerts (one JSON object a line), pipelines.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [home, alertsFile, ...pipelineFiles] = process.argv.slice(2);
const require = createRequire(`${home}/`);
const { Aggregator } = require("mingo");

const alerts = readFileSync(alertsFile, "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const file of pipelineFiles) {
  const filter = new Aggregator(JSON.parse(readFileSync(file, "utf8")));
  const began = process.cpuUsage();
  let raised = 0;
  for (const alert of alerts) {
    try {
      filter.run([alert]);
    } catch {
      raised += 1;
    }
  }
  const used = process.cpuUsage(began);
  const seconds = (used.user + used.system) / 1e6;
  console.log(JSON.stringify({ file, seconds, raised }));
}
