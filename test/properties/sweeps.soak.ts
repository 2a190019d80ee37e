import { describeSweeps } from "./describe-sweeps.ts";

describeSweeps({ file: "sweeps.soak.ts", runs: 10_000 });
