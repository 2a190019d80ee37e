import { describeSweeps } from "./describe-sweeps.ts";

describeSweeps({ file: "sweeps.test.ts", runs: 20 });
