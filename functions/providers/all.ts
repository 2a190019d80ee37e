// Every provider there is, a line each: taken together as a namespace (`import * as all`), this file is the list.
export { provider as feishuCoreHr } from "./feishu-corehr/provider.ts";
export { provider as feishuFunctionalRole } from "./feishu-functional-role/provider.ts";
export { provider as tencentIdentityCenter } from "./tencent-identity-center/provider.ts";
