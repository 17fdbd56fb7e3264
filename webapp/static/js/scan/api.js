// What the scan page asks of the server.
const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";

export async function ask(method, path, body, options = {}) {
  const headers = { "X-CSRFToken": token, ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...options.headers };
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), keepalive: options.keepalive });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.message ?? response.statusText), { status: response.status });
  return answer.data;
}

export async function candidates(query, page, size, queryId) {
  const asked = new URLSearchParams(query);
  asked.set("numPerPage", size);
  asked.set("pageNumber", page + 1);
  if (queryId) asked.set("queryID", queryId);
  return ask("GET", `/api/scan/candidates?${asked}`);
}

export function decide(decisions) {
  return ask("POST", "/api/scan/decisions", { decisions }, { keepalive: true });
}

export function comment(id, text, groupId) {
  const body = groupId ? { text, group_ids: [Number(groupId)] } : { text };
  return ask("POST", `/api/sources/${encodeURIComponent(id)}/comments`, body, { headers: { "Idempotency-Key": crypto.randomUUID() } });
}

export function classify(id, taxonomyId, name, probability, groupIds) {
  const body = { obj_id: id, taxonomy_id: Number(taxonomyId), classification: name, probability: Number(probability), ...(groupIds.length ? { group_ids: groupIds } : {}) };
  return ask("POST", "/api/classification", body);
}

export function list(id, name) {
  return ask("POST", "/api/listing", { obj_id: id, list_name: name });
}

export function card(id) {
  return ask("GET", `/api/scan/candidates/${encodeURIComponent(id)}`);
}

export function presence(groupIds, position, total) {
  return ask("PUT", "/api/scan/presence", { group_ids: groupIds, position, total });
}

export function others() {
  return ask("GET", "/api/scan/presence");
}

export function report(body) {
  return ask("POST", "/api/candidates/scan_reports", body);
}

export function keepProfile(name, query) {
  return ask("PATCH", "/api/internal/profile", { preferences: { scan_profiles: { [name]: query } } });
}
