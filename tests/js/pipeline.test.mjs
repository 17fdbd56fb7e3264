import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf, placeOf, places, suggestions, wordAt } from "../../webapp/static/js/pipeline-text.js";

const TEXT = `[
  {"$match": {"candidate.drb": {"$gt": 0.8}, "$or": [{"a": 1}, {"b": 2}]}},
  {$project: {age: {'$subtract': ["$candidate.jd", 3]}}}, // the age
]`;

test("every path is found where it stands, however it is written", () => {
  const found = places(TEXT);
  const line = (path) => lineOf(TEXT, found.get(path));
  assert.equal(line("0"), 2);
  assert.equal(line("0.$match.candidate.drb.$gt"), 2);
  assert.equal(TEXT.slice(found.get("0.$match.$or.1.b")).startsWith('"b"'), true);
  assert.equal(line("1.$project.age.$subtract"), 3);
  assert.equal(TEXT.slice(found.get("1.$project.age.$subtract.0")).startsWith('"$candidate.jd"'), true);
});

test("a path that does not stand there leads to the nearest one that does", () => {
  assert.equal(lineOf(TEXT, placeOf(TEXT, "1.$project.age.$foo.3")), 3);
  assert.equal(placeOf(TEXT, ""), 0);
  assert.equal(placeOf("[{", "0.$match"), 1);
  assert.equal(placeOf("", "0"), 0);
});

test("fields keep the dollar sign that they have in expressions", () => {
  const words = [["candidate.magpsf", "double"], ["candidate.magnr", "double"], ["$match", "stage"], ["$max", "operator"]];
  const at = (text) => wordAt(text, text.length);
  assert.deepEqual(at('["$candidate.mag'), { start: 2, written: "$candidate.mag", wanted: "candidate.mag", prefix: "$" });
  assert.deepEqual(at('{"$ma'), { start: 2, written: "$ma", wanted: "$ma", prefix: "" });
  assert.deepEqual(suggestions(words, "$ma").map((each) => each.text), ["$max", "$match"]);
  assert.deepEqual(suggestions(words, "magp").map((each) => each.text), ["candidate.magpsf"]);
  assert.deepEqual(suggestions(words, ""), []);
});
