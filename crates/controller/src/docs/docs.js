// Draws the description of the API (OpenAPI 3.1) as a page. Everything becomes nodes, never HTML text.

const DESCRIPTION_URL = "/api/v1/openapi.json";
const METHODS = ["get", "post", "put", "patch", "delete"];
const EXAMPLES = { uuid: "01a207bd-a9c0-7b01-9c4e-3f6a52d81c01", "date-time": "2026-11-23T09:30:00.000Z" };

// ---- nodes ----
/** An element with attributes and children; what is `null` or `false` is left out. */
function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const code = (text) => element("code", null, text);
const small = (...children) => element("p", { class: "small" }, children);

/** Text with its `code`; rustdoc's brackets around it go. */
function inline(text) {
  const parts = text.replace(/\[(`[^`]+`)\](\([^)]*\))?/g, "$1").split(/(`[^`]+`)/).filter(Boolean);
  return parts.map((part) => (part.startsWith("`") && part.length > 2 ? code(part.slice(1, -1)) : part));
}

/** One paragraph for each block of text. */
const prose = (text) =>
  (text ?? "").trim().split(/\n\s*\n/).filter(Boolean).map((block) => element("p", null, inline(block)));

/** `nodes` with `separator` between them. */
const joined = (nodes, separator) => nodes.flatMap((node, index) => (index === 0 ? [node] : [separator, node])).flat();

// ---- schemas ----
const anchor = (kind, name) => `${kind}-${name.replace(/[^\w.-]+/g, "-")}`;

/** What a JSON pointer names in the description. */
function resolve(api, thing) {
  if (!thing?.$ref) return thing ?? {};
  return thing.$ref.replace(/^#\//, "").split("/").reduce((at, step) => at?.[step], api) ?? {};
}

const choicesOf = (schema) => schema.oneOf ?? schema.anyOf ?? null;

/** A schema without its `null`, and whether it had one. */
function withoutNull(schema) {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== "null");
    const core = { ...schema, type: types.length === 1 ? types[0] : types };
    return { core, isNullable: types.length < schema.type.length };
  }
  const choices = choicesOf(schema);
  const others = choices?.filter((choice) => choice.type !== "null");
  if (!choices || others.length === choices.length) return { core: schema, isNullable: false };
  const core = others.length === 1 ? others[0] : { ...schema, oneOf: others, anyOf: undefined };
  return { core, isNullable: true };
}

/** The type in a few words; named schemas are links. */
function typeOf(schema) {
  const { core, isNullable } = withoutNull(schema);
  return isNullable ? [...coreTypeOf(core), " or ", code("null")] : coreTypeOf(core);
}

function coreTypeOf(core) {
  if (core.$ref) {
    const name = core.$ref.split("/").pop();
    return [element("a", { href: `#${anchor("schema", name)}` }, name)];
  }
  const parts = choicesOf(core) ?? core.allOf;
  if (parts) return joined(parts.map(typeOf), core.allOf ? " and " : " or ");
  if (core.type === "array") return ["array of ", ...typeOf(core.items ?? {})];
  if (core.enum?.length === 1) return [code(JSON.stringify(core.enum[0]))];
  return [[core.type ?? "anything"].flat().join(" or "), core.format ? ` (${core.format})` : ""];
}

/** Bounds and defaults in words. */
function boundsOf(schema) {
  const { core } = withoutNull(schema);
  const bounds = [
    ["at least ", core.minimum], ["at most ", core.maximum], ["by default ", core.default],
    ["at least ", core.minLength, " characters"], ["at most ", core.maxLength, " characters"],
    ["at least ", core.minItems, " items"], ["at most ", core.maxItems, " items"],
  ];
  const words = bounds.filter(([, value]) => value !== undefined && value !== null);
  return joined(words.map(([before, value, after = ""]) => [before, code(String(value)), after]), ", ");
}

const descriptionOf = (schema) => schema.description ?? withoutNull(schema).core.description;

const enumList = (values) => small("One of ", joined(values.map((value) => code(JSON.stringify(value))), ", "), ".");

/** Required fields first, in the order of the type; the others after them. */
function fieldNames(schema) {
  const names = Object.keys(schema.properties);
  const required = (schema.required ?? []).filter((name) => names.includes(name));
  return [...required, ...names.filter((name) => !required.includes(name))];
}

/** One row: a name with its type, and what it means. */
function row(name, isRequired, schema, description) {
  const { core } = withoutNull(schema);
  const bounds = boundsOf(schema);
  return element("tr", null,
    element("th", { scope: "row" },
      element("span", { class: "field" }, name),
      isRequired && element("span", { class: "required" }, "required"),
      element("span", { class: "type" }, typeOf(schema))),
    element("td", null, prose(description),
      core.enum?.length > 1 && enumList(core.enum),
      bounds.length > 0 && small(bounds),
      core.properties && fieldsTable(core)));
}

function table(firstHead, rows) {
  const heads = [firstHead, "Description"].map((text) => element("th", { scope: "col" }, text));
  return element("table", null, element("thead", null, element("tr", null, heads)), element("tbody", null, rows));
}

function fieldsTable(schema) {
  return table("Field", fieldNames(schema).map((name) => {
    const field = schema.properties[name];
    return row(name, schema.required?.includes(name), field, descriptionOf(field));
  }));
}

/** Everything a schema says, its own description apart. */
function schemaBody(schema) {
  const choices = choicesOf(schema);
  if (schema.properties) {
    return [fieldsTable(schema), schema.additionalProperties === false && small("Other fields are refused.")];
  }
  if (schema.enum) return [enumList(schema.enum)];
  if (choices) {
    return choices.map((choice, index) => element("div", { class: "choice" },
      small(index === 0 ? "Either" : "Or"), prose(choice.description), schemaBody(choice)));
  }
  const bounds = boundsOf(schema);
  return [small(typeOf(schema), bounds.length > 0 && [", ", bounds])];
}

// ---- examples ----
/** A value that fits. In a request, optional fields without an example of their own stay out. */
function exampleOf(api, schema, isRequest, within = []) {
  const { core } = withoutNull(schema);
  const given = schema.example ?? core.example ?? core.examples?.[0] ?? core.default ?? core.enum?.[0];
  if (given !== undefined) return given;
  if (core.$ref) {
    if (within.includes(core.$ref)) return null;
    return exampleOf(api, resolve(api, core), isRequest, [...within, core.$ref]);
  }
  if (core.allOf) return exampleOf(api, core.allOf[0], isRequest, within);
  const choices = choicesOf(core);
  if (choices) return exampleOf(api, choices[0], isRequest, within);
  if (core.properties) return objectExample(api, core, isRequest, within);
  if (core.type === "array") return core.items ? [exampleOf(api, core.items, isRequest, within)] : [];
  return plainExample(core);
}

function objectExample(api, schema, isRequest, within) {
  const names = fieldNames(schema);
  const hasExample = (name) => withoutNull(schema.properties[name]).core.example !== undefined;
  const telling = names.filter((name) => !isRequest || schema.required?.includes(name) || hasExample(name));
  const shown = telling.length > 0 ? telling : names;
  return Object.fromEntries(shown.map((name) => [name, exampleOf(api, schema.properties[name], isRequest, within)]));
}

function plainExample({ type, format }) {
  const plain = { string: "string", integer: 1, number: 0.5, boolean: true, object: {} };
  return EXAMPLES[format] ?? plain[type] ?? null;
}

/** One example, or one for each form the body may have. */
function exampleBlocks(api, media, isRequest) {
  const forms = choicesOf(resolve(api, media.schema)) ?? [media.schema ?? {}];
  const values = media.example ? [media.example] : forms.map((form) => exampleOf(api, form, isRequest));
  return values.map((value) => element("pre", { tabindex: "0" }, code(JSON.stringify(value, null, 2))));
}

// ---- operations ----
const idOf = (operation) => anchor("operation", operation.id);
const badge = (method) => element("span", { class: `method method--${method}` }, method.toUpperCase());

/** The operations of the description, in its order. */
function operationsOf(api) {
  return Object.entries(api.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const content = item[method];
      const parameters = [...(item.parameters ?? []), ...(content.parameters ?? [])];
      const id = content.operationId ?? `${method}-${path}`;
      return { ...content, id, path, method, parameters, tag: content.tags?.[0] ?? "other" };
    }));
}

/** A path whose parameters stand out and which may break before a slash. */
const pathNodes = (path) => path.split(/(\{[^}]+\}|\/)/).map((part) => {
  if (part.startsWith("{")) return element("span", { class: "path__parameter" }, part);
  return part === "/" ? [element("wbr"), part] : part;
});

function parametersPart(api, { parameters }) {
  if (parameters.length === 0) return null;
  const rows = parameters.map((raw) => {
    const parameter = resolve(api, raw);
    const line = row(parameter.name, parameter.required, parameter.schema ?? {}, parameter.description);
    line.querySelector(".type").prepend(`${parameter.in}, `);
    return line;
  });
  return [element("h4", null, "Parameters"), table("Parameter", rows)];
}

function requestPart(api, { requestBody }) {
  if (!requestBody) return null;
  const body = resolve(api, requestBody);
  const forms = Object.entries(body.content ?? {}).map(([type, media]) => [
    small(code(type), " ", typeOf(media.schema ?? {}), body.required ? ", required" : ""),
    schemaBody(resolve(api, media.schema)),
    /json/.test(type) && [element("h4", null, "Example"), exampleBlocks(api, media, true)],
  ]);
  return [element("h4", null, "Body"), prose(body.description), forms];
}

function responsePart(api, status, raw) {
  const response = resolve(api, raw);
  const bodies = Object.entries(response.content ?? {});
  const shown = bodies.filter(([type]) => status.startsWith("2") && type === "application/json");
  return [
    element("dt", null, element("span", { class: `status status--${status[0]}` }, status)),
    element("dd", null, prose(response.description),
      bodies.map(([type, media]) => small(code(type), " ", /json/.test(type) && typeOf(media.schema ?? {}))),
      shown.map(([, media]) =>
        element("details", null, element("summary", null, "Example"), exampleBlocks(api, media, false)))),
  ];
}

function responsesPart(api, { responses }) {
  // Their keys look like array indices, so an object keeps them in ascending order.
  const parts = Object.entries(responses ?? {}).map(([status, response]) => responsePart(api, status, response));
  return [element("h4", null, "Answers"), element("dl", { class: "responses" }, parts)];
}

/** Who may call it: any of the named ways. */
function securityPart(api, operation) {
  const ways = operation.security ?? api.security ?? [];
  const names = ways.filter((way) => Object.keys(way).length > 0).map((way) =>
    joined(Object.keys(way).map((name) => element("a", { href: "#security" }, name)), " and "));
  return small(names.length === 0 ? "No sign-in needed" : ["Needs ", joined(names, " or ")]);
}

function operationSection(api, operation) {
  const id = idOf(operation);
  return element("article", { class: "operation", id, "aria-labelledby": `${id}-title`, tabindex: "-1" },
    element("h3", { id: `${id}-title` },
      element("a", { class: "title", href: `#${id}` }, inline(operation.summary ?? operation.id))),
    element("p", { class: "path" }, badge(operation.method), " ", element("span", null, pathNodes(operation.path))),
    prose(operation.description),
    [securityPart, parametersPart, requestPart, responsesPart].map((part) => part(api, operation)));
}

function schemaSection(name, schema) {
  const id = anchor("schema", name);
  return element("article", { class: "schema", id, "aria-labelledby": `${id}-title`, tabindex: "-1" },
    element("h3", { id: `${id}-title` }, element("a", { class: "title", href: `#${id}` }, name)),
    prose(schema.description), schemaBody(schema));
}

function securitySection(schemes) {
  const rows = Object.entries(schemes).map(([name, scheme]) => {
    const way = scheme.scheme === "bearer" ? "`Authorization: Bearer …`" : `${scheme.in} \`${scheme.name}\``;
    return [element("dt", null, code(name)), element("dd", null, prose(way), prose(scheme.description))];
  });
  return element("section", { id: "security", tabindex: "-1" },
    element("h2", null, "Security"), element("dl", { class: "schemes" }, rows));
}

// ---- page ----
function operationEntry(api, operation) {
  const { tag, method, path, id, summary, description } = operation;
  const shortPath = pathNodes(path.replace(/^\/api\/v1(?=\/)/, ""));
  return {
    id: idOf(operation), label: [badge(method), " ", element("span", null, shortPath)], hint: summary,
    words: [tag, method, path, id, summary, description],
    section: operationSection(api, operation),
  };
}

/** Sections of one kind, with what the filter looks at in each. */
function groupsOf(api) {
  const operations = operationsOf(api);
  const described = new Map((api.tags ?? []).map(({ name, description }) => [name, description]));
  const names = new Set([...described.keys(), ...operations.map(({ tag }) => tag)]);
  const groups = [...names].map((name) => ({
    name, description: described.get(name), isOpen: true,
    entries: operations.filter(({ tag }) => tag === name).map((operation) => operationEntry(api, operation)),
  }));
  const entries = Object.entries(api.components?.schemas ?? {}).map(([name, schema]) => ({
    id: anchor("schema", name), label: name, hint: null,
    words: [name, schema.description, ...Object.keys(schema.properties ?? {})],
    section: schemaSection(name, schema),
  }));
  groups.push({ name: "schemas", description: "What bodies and answers are made of.", isOpen: false, entries });
  return groups.filter((group) => group.entries.length > 0);
}

/** Draws a group into the page and into the contents, and remembers its nodes. */
function drawGroup(group) {
  for (const entry of group.entries) {
    entry.link = element("a", { href: `#${entry.id}`, title: entry.hint ?? null }, entry.label);
    entry.item = element("li", null, entry.link);
    entry.text = entry.words.filter(Boolean).join(" ").toLowerCase();
  }
  group.list = element("details", { open: group.isOpen ? "" : null },
    element("summary", null, group.name), element("ul", null, group.entries.map(({ item }) => item)));
  group.section = element("section", { id: anchor("tag", group.name), tabindex: "-1" },
    element("h2", null, element("a", { class: "title", href: `#${anchor("tag", group.name)}` }, group.name)),
    prose(group.description),
    group.entries.map(({ section }) => section));
}

/** Shows the entries that hold every word of the query, in the page and in the contents. */
function applyFilter(groups, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const isHit = ({ text }) => words.every((word) => text.includes(word));
  for (const group of groups) {
    for (const entry of group.entries) entry.item.hidden = entry.section.hidden = !isHit(entry);
    group.list.hidden = group.section.hidden = !group.entries.some(isHit);
    group.list.open = words.length > 0 || group.isOpen;
  }
  const shown = groups.flatMap(({ entries }) => entries).filter(isHit).length;
  document.getElementById("matches").textContent = words.length > 0 ? `${shown} found` : "";
}

/** Marks in the contents what is being read. */
function followReading(groups) {
  const links = new Map(groups.flatMap(({ entries }) => entries.map(({ section, link }) => [section, link])));
  const observer = new IntersectionObserver((changes) => {
    const entered = changes.find(({ isIntersecting }) => isIntersecting);
    if (!entered) return;
    document.querySelector("nav [aria-current]")?.removeAttribute("aria-current");
    const link = links.get(entered.target);
    link.setAttribute("aria-current", "location");
    link.scrollIntoView({ block: "nearest" });
  }, { rootMargin: "-80px 0px -75% 0px" });
  for (const section of links.keys()) observer.observe(section);
}

/** Goes to what the address names, even when the filter had hidden it. */
function showTarget(groups, filter) {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.closest("[hidden]")) {
    filter.value = "";
    applyFilter(groups, "");
  }
  target.scrollIntoView();
  target.focus({ preventScroll: true });
}

function connect(groups) {
  const filter = document.getElementById("filter");
  const toggle = document.getElementById("toggle");
  const setOpen = (isOpen) => toggle.setAttribute("aria-expanded", isOpen);
  toggle.addEventListener("click", () => setOpen(toggle.ariaExpanded !== "true"));
  document.getElementById("nav").addEventListener("click", (event) => event.target.closest("a") && setOpen(false));
  filter.addEventListener("input", () => applyFilter(groups, filter.value));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === filter) return;
    event.preventDefault();
    setOpen(true);
    filter.focus();
  });
  window.addEventListener("hashchange", () => showTarget(groups, filter));
  showTarget(groups, filter);
  followReading(groups);
}

function draw(api) {
  const groups = groupsOf(api);
  groups.forEach(drawGroup);
  document.title = `${api.info.title} API`;
  document.getElementById("version").textContent = api.info.version;
  document.getElementById("nav").replaceChildren(...groups.map(({ list }) => list));
  document.getElementById("content").replaceChildren(
    element("section", { class: "introduction" },
      element("h1", null, `${api.info.title} API`), prose(api.info.description),
      element("p", null, "For programs: ", element("a", { href: DESCRIPTION_URL }, "openapi.json"))),
    securitySection(api.components?.securitySchemes ?? {}),
    ...groups.map(({ section }) => section));
  connect(groups);
}

try {
  const response = await fetch(DESCRIPTION_URL);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  draw(await response.json());
} catch (error) {
  const text = `The description could not be shown: ${error.message}. Reload to try again.`;
  document.getElementById("content").replaceChildren(element("p", { class: "notice", role: "alert" }, text));
}
