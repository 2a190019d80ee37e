/** For processes that tests start by the hundred: what one has compiled the next need not, which halves its start. */
export const compileCache = { NODE_COMPILE_CACHE: new URL("../.vitest/compile-cache", import.meta.url).pathname };
