import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import type { Template } from "aws-cdk-lib/assertions";
import type { Store } from "../../functions/review/ports.ts";
import { textOf } from "./iam-evaluator.ts";
import { resourcesOf } from "./synthesised.ts";

/** A table as the template defines it: columns by name, and where the objects of a source are, below the bucket. */
export type DefinedTable = {
  columns: Record<string, string>;
  isAddressed: boolean;
  prefixOf(source: string): string;
};

type TableInput = {
  Name: string;
  PartitionKeys: { Name: string; Type: string }[];
  Parameters: Record<string, unknown>;
  StorageDescriptor: { Columns: { Name: string; Type: string }[]; InputFormat: string };
};

/** The Glue tables of a stack. */
export const tablesIn = (template: Template): Map<string, DefinedTable> =>
  new Map(
    resourcesOf(template, "AWS::Glue::Table").map(([, { Properties }]) => {
      const { Name, Parameters, StorageDescriptor } = Properties.TableInput as TableInput;
      const location = textOf(Parameters["storage.location.template"]).replace(/^s3:\/\/[^/]+\//, "");
      return [
        Name,
        {
          columns: Object.fromEntries(StorageDescriptor.Columns.map((column) => [column.Name, column.Type])),
          isAddressed: StorageDescriptor.InputFormat.endsWith("SymlinkTextInputFormat"),
          prefixOf: (source) => location.replace(/\$\{source\}/, source),
        },
      ];
    }),
  );

/** The files that a table reads of one source: those in its folder, or those whose addresses they hold. */
export const filesOf = async (store: Store, table: DefinedTable, source: string): Promise<string[]> => {
  const files: string[] = [];
  for await (const key of store.list(table.prefixOf(source))) {
    const path = store.locate(key);
    files.push(...(table.isAddressed ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [path]));
  }
  return files;
};

/** The lines of a file as JSON, in order. */
export const linesOf = (file: string): Record<string, unknown>[] => {
  const body = readFileSync(file);
  const text = file.endsWith(".gz") ? gunzipSync(body).toString() : body.toString();
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

/** Every key in a JSON value by its small letters. Glue has no others, and Athena's SerDe does not mind; DuckDB does. */
const spellingIn = (value: unknown, spelling = new Map<string, string>()): Map<string, string> => {
  if (Array.isArray(value)) for (const each of value) spellingIn(each, spelling);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      spelling.set(key.toLowerCase(), key);
      spellingIn(inner, spelling);
    }
  }
  return spelling;
};

/** A Hive type in DuckDB's words: `array<struct<a:string>>` is `STRUCT("a" VARCHAR)[]`. */
const duckTypeOf = (hiveType: string, spelling: Map<string, string>): string => {
  const simple: Record<string, string> = { string: "VARCHAR", boolean: "BOOLEAN", int: "INTEGER", double: "DOUBLE" };
  if (simple[hiveType]) return simple[hiveType];
  const [, outer, inner] = /^(array|struct)<(.*)>$/.exec(hiveType) ?? [];
  if (!outer || !inner) throw new Error(`No type of DuckDB's is known for ${hiveType}`);
  if (outer === "array") return `${duckTypeOf(inner, spelling)}[]`;
  const fields = splitFields(inner).map((field) => {
    const at = field.indexOf(":");
    const name = field.slice(0, at);
    return `"${spelling.get(name) ?? name}" ${duckTypeOf(field.slice(at + 1), spelling)}`;
  });
  return `STRUCT(${fields.join(", ")})`;
};

/** The fields between a struct's brackets, cut at the commas that are in no bracket of their own. */
const splitFields = (text: string): string[] => {
  let depth = 0;
  const fields = [""];
  for (const letter of text) {
    if (letter === "<") depth += 1;
    if (letter === ">") depth -= 1;
    if (letter === "," && depth === 0) fields.push("");
    else fields[fields.length - 1] += letter;
  }
  return fields;
};

/** A DuckDB with a view for each table, as Athena shows it: its columns, `source`, and `"$path"`. */
export const openTables = async (store: Store, template: Template, source: string) => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  for (const [name, table] of tablesIn(template)) {
    const files = await filesOf(store, table, source);
    const spelling = spellingIn(files.flatMap(linesOf));
    const columns = Object.entries(table.columns).map(
      ([column, type]) => `'${spelling.get(column) ?? column}': '${duckTypeOf(type, spelling)}'`,
    );
    await connection.run(
      `CREATE VIEW ${name} AS SELECT *, '${source}' AS source
       FROM read_json([${files.map((file) => `'${file}'`).join(", ")}],
         columns = {${columns.join(", ")}}, format = 'newline_delimited', filename = '$path')`,
    );
  }
  return {
    /** Rows as JSON; `parameters` stand for the question marks. */
    async ask(sql: string, parameters: DuckDBValue[] = []): Promise<Record<string, unknown>[]> {
      return (await connection.runAndReadAll(sql, parameters)).getRowObjectsJson();
    },
    close: () => connection.closeSync(),
  };
};

/** The SQL of a stack's saved query. */
export const savedQuery = (template: Template, name: string): string => {
  const found = resourcesOf(template, "AWS::Athena::NamedQuery").find(([, { Properties }]) => Properties.Name === name);
  if (!found) throw new Error(`The stack has no query ${name}`);
  return String(found[1].Properties.QueryString);
};
