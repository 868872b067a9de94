/**
 * A workflow's configuration as a form: the same document, seen by its parts. What the form does not know stays where
 * it is. The names of the keys are as lenient as the center reads them (shared/routing/src/workflow/document.rs). Pure.
 */

export type Fields = Readonly<Record<string, unknown>>;

export interface WorkflowForm {
  filters: readonly Fields[];
  /** Empty: what no filter takes is given up. */
  default_filter: Fields;
}

const NAME_KEYS = ["filter_friendly_name", "friendly_name", "friendlyName"];
const KNOWN_WORKER_KEYS = ["known_worker_sid", "known_worker_friendly_name"] as const;
export type KnownWorkerKey = (typeof KNOWN_WORKER_KEYS)[number];

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly Fields[] {
  return Array.isArray(value) && value.every(isFields);
}

/** The document: configurations may be JSON texts, as helper libraries send them. */
function documentOf(configuration: unknown): Fields | null {
  if (typeof configuration !== "string") return isFields(configuration) ? configuration : null;
  try {
    const read: unknown = JSON.parse(configuration);
    return isFields(read) ? read : null;
  } catch {
    return null;
  }
}

/** Where the filters are, as a fault's position begins: some documents have no `task_routing` around them. */
export function routingPointer(configuration: unknown): string {
  return documentOf(configuration)?.task_routing === undefined ? "" : "/task_routing";
}

/** `null`: it is no document that a form could show. */
export function formOf(configuration: unknown): WorkflowForm | null {
  const document = documentOf(configuration);
  const routing = document && (document.task_routing ?? document);
  if (!isFields(routing)) return null;
  const { filters = [], default_filter = {} } = routing;
  if (!isList(filters) || !isFields(default_filter)) return null;
  return filters.every(({ targets = [] }) => isList(targets)) ? { filters, default_filter } : null;
}

/** The document with other filters. */
export function withForm(configuration: unknown, { filters, default_filter }: WorkflowForm): unknown {
  const document = documentOf(configuration) ?? {};
  const parts = (routing: Fields): Fields =>
    set({ ...routing, filters }, "default_filter", isEmpty(default_filter) ? undefined : default_filter);
  const routing = document.task_routing;
  const changed = isFields(routing) ? { ...document, task_routing: parts(routing) } : parts(document);
  return typeof configuration === "string" ? JSON.stringify(changed) : changed;
}

/** Sets a key where it stands, or last; without a value it is taken out. */
export function set(fields: Fields, key: string, value: unknown): Fields {
  if (value === undefined || value === "" || value === null) {
    const { [key]: before, ...rest } = fields;
    return rest;
  }
  return { ...fields, [key]: value };
}

function isEmpty(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}

export function text(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function nameKey(filter: Fields): string {
  return NAME_KEYS.find((key) => text(filter, key) !== "") ?? "filter_friendly_name";
}

export function filterName(filter: Fields): string {
  return text(filter, nameKey(filter));
}

export function withName(filter: Fields, name: string): Fields {
  return set(filter, nameKey(filter), name);
}

/** In an old form, still in samples, the filter is its own and only target. */
export function targetsOf(filter: Fields): readonly Fields[] {
  if (isList(filter.targets)) return filter.targets;
  return text(filter, "queue") === "" ? [] : [{ queue: filter.queue }];
}

export function withTargets(filter: Fields, targets: readonly Fields[]): Fields {
  const own = isList(filter.targets) ? filter : set(filter, "queue", undefined);
  return { ...own, targets };
}

/** Which attribute of the task names the worker, and how. */
export function knownWorker(target: Fields): { key: KnownWorkerKey; path: string } | null {
  const key = KNOWN_WORKER_KEYS.find((key) => key in target);
  return key ? { key, path: text(target, key) } : null;
}

export function withKnownWorker(target: Fields, known: { key: KnownWorkerKey; path: string } | null): Fields {
  const without = KNOWN_WORKER_KEYS.filter((key) => key !== known?.key).reduce<Fields>(
    (fields, key) => set(fields, key, undefined),
    target,
  );
  // An empty path stays, so that it can be typed.
  return known ? { ...without, [known.key]: known.path } : without;
}

/** The list with one of its entries a place further up or down; as it is, where there is no such place. */
export function moved<T>(list: readonly T[], at: number, by: 1 | -1): readonly T[] {
  const [one, other] = [list[at], list[at + by]];
  if (one === undefined || other === undefined) return list;
  return list.with(at, other).with(at + by, one);
}

/** What tasks have: the attributes that flows give them, and the center's own. */
export function taskAttributes(flows: Readonly<Record<string, unknown>>): string[] {
  const given = Object.values(flows).flatMap((flow) => {
    const states = isFields(flow) && isList(flow.states) ? flow.states : [];
    return states.flatMap(({ type, properties }) => {
      const attributes =
        type === "send-to-flex" && isFields(properties) ? text(properties, "attributes") : "";
      return [...attributes.matchAll(/"(\w+)"\s*:/gu)].map(([, name]) => name ?? "");
    });
  });
  return [...new Set([...given, ...OWN_ATTRIBUTES])].sort();
}

const OWN_ATTRIBUTES = ["channelType", "contact", "conversationSid", "customerAddress", "name"];

/** What workers have, each with some of its values. */
export function workerAttributes(
  workers: readonly { attributes: Readonly<Record<string, unknown>> }[],
): { name: string; values: string[] }[] {
  const found = new Map<string, Set<string>>();
  for (const { attributes } of workers) {
    for (const [name, value] of Object.entries(attributes)) {
      const values = found.get(name) ?? new Set();
      for (const one of Array.isArray(value) ? value : [value]) values.add(JSON.stringify(one));
      found.set(name, values);
    }
  }
  const entries = [...found].map(([name, values]) => ({ name, values: [...values].slice(0, VALUES_MAX) }));
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

const VALUES_MAX = 4;
