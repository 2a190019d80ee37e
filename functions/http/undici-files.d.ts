// undici's index brings fetch, WebSocket, caches and mocks along: 270 KB a bundle that nobody here calls. Its files are
// importable one by one, but its types are of the index alone.

declare module "undici/lib/dispatcher/pool.js" {
  import type { Pool } from "undici";

  /** A pool of connections to one origin. Only the index gives it `request`. */
  const PoolAlone: new (origin: string, options?: Pool.Options) => Omit<Pool, "request">;
  export default PoolAlone;
}

declare module "undici/lib/api/api-request.js" {
  import type { Dispatcher, Pool } from "undici";

  /** `Pool.request`, as the index adds it. */
  function request(this: Omit<Pool, "request">, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  export default request;
}
