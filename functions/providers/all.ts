// Every provider, a line each. `import * as all` of this file is the list of providers.
export { provider as feishuCoreHr } from "./feishu-corehr/provider.ts";
export { provider as feishuFunctionalRole } from "./feishu-functional-role/provider.ts";
export { provider as tencentIdentityCenter } from "./tencent-identity-center/provider.ts";
