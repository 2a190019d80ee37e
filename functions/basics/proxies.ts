/** The proxies that an environment names, as Node's agents take them (`proxyEnv`). A variable that is not set is absent. */
export type Proxies = { [name in (typeof variables)[number] | "NO_PROXY"]?: string };

const variables = ["HTTP_PROXY", "HTTPS_PROXY"] as const;

/**
 * The proxies of an environment. The name in lower case comes first, as for curl, and an address may lack its `http://`.
 * Throws an Error with a line for each variable that names no proxy. No value is quoted: an address may hold a password.
 */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): Proxies {
  const proxies: Proxies = {};
  const faults: string[] = [];
  for (const name of variables) {
    const { variable, value } = namedIn(env, name);
    if (value === "") continue;
    const address = value.includes("://") ? value : `http://${value}`;
    const fault = faultOf(address);
    if (fault === null) proxies[name] = address;
    else faults.push(`${variable} ${fault}`);
  }
  const { value: none } = namedIn(env, "NO_PROXY");
  if (none !== "") proxies.NO_PROXY = none;
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return proxies;
}

/** The part of a `requestHandler` of AWS's SDK by which its calls go by way of these proxies. */
export function agentsBy(proxyEnv: Proxies) {
  return { httpAgent: { proxyEnv }, httpsAgent: { proxyEnv } };
}

/** Whether a proxy refused a call for want of a user and a password (407), by the error that AWS's SDK throws. */
export function isProxyUnauthorized(error: unknown): boolean {
  // Node's agent says so of a tunnel. A proxy that was asked for a plain address answers in the service's place.
  const { statusCode, $metadata } = error as { statusCode?: unknown; $metadata?: { httpStatusCode?: unknown } };
  return statusCode === 407 || $metadata?.httpStatusCode === 407;
}

/** What to do then. */
export const proxyRemedy = "Write http://user:password@host:port into HTTPS_PROXY, or name the host in NO_PROXY.";

function namedIn(env: Readonly<Record<string, string | undefined>>, name: string) {
  const lower = name.toLowerCase();
  const variable = env[lower] ? lower : name;
  return { variable, value: env[variable]?.trim() ?? "" };
}

/** What is wrong with the address of a proxy; null where nothing is. */
function faultOf(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "")
    return "is not the address of a proxy: write http://host:port, or take it out";
  try {
    decodeURIComponent(url.username + url.password);
    return null;
  } catch {
    return "has a % in its user or password that begins no %XX: write %25 for a %";
  }
}
