const json = { accept: "application/json" };

/** Somebody's browser, as far as it keeps cookies and follows where it is led. */
export type DeskBrowser = {
  go(url: string, init?: RequestInit): Promise<Response>;
  /** Signs in at the desk there as that person of the embedded company, or as the first one whom its page suggests. */
  signIn(url: string, person?: string): Promise<Response>;
  /** Sends a form's fields, as JSON, from a page of the desk. */
  post(url: string, fields: object): Promise<Response>;
};

export const openBrowser = (): DeskBrowser => {
  const cookies = new Map<string, string>();
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...json, ...(cookie === "" ? {} : { cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  return {
    go,
    async signIn(url, person) {
      const begun = await go(`${url}/sign-in`);
      const chooser = new URL(begun.headers.get("location")!);
      const page = await (await fetch(chooser)).text();
      const [, first = ""] =
        /<button name="person" value="(\d+)">[^<]*<\/button>[^<]*grants to decide on/.exec(page) ?? [];
      chooser.searchParams.set("person", person ?? first);
      return await go((await go(chooser.href)).headers.get("location")!);
    },
    async post(url, fields) {
      const token = (await go(new URL("/", url).href)).headers.get("x-csrf-token") ?? "";
      const headers = { "content-type": "application/json", origin: new URL(url).origin, "x-csrf-token": token };
      return await go(url, { method: "POST", headers, body: JSON.stringify(fields) });
    },
  };
};
