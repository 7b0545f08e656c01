package api

import (
	"embed"
	"path"
	"strings"
)

//go:embed examples/*
var answers embed.FS

// example is a call of an operation on the plan that a newcomer starts from.
// Its answer lies in examples/ and is what the server really answers: a test
// asks it and compares.
type example struct {
	path    string
	headers []string // name, value pairs
	body    string
}

const (
	samplePlan = "/api/v1/plans/commerce"
	smallPlan  = "/api/v1/plans/search" // one that can be shown whole
)

var examples = map[string]example{
	"list-plans":  {path: "/api/v1/plans?limit=1"},
	"create-plan": {path: "/api/v1/plans", body: `{"from": "sample", "lang": "en", "author": "Jimin"}`},
	"get-plan":    {path: smallPlan, headers: []string{"Accept", yamlMedia}},
	"put-plan": {path: smallPlan, headers: []string{"If-Match", `"1"`, "Deckplan-Author", "Jimin"},
		body: `{"schema": 1, "about": {"name": "Search platform"}, "teams": [{"id": "search", "name": "Search and ranking"}]}`},
	"patch-plan": {path: samplePlan, body: `{
  "author": "Jimin",
  "edits": [
    {"op": "set", "table": "clusters", "key": "dev-1", "fields": {"region": "Busan"}, "was": {"region": "Seoul"}},
    {"op": "add", "table": "teams", "row": {"name": "Search"}},
    {"op": "remove", "table": "clusters", "keys": ["prod-vault"]}
  ]
}`},
	"delete-plan":            {path: samplePlan, headers: []string{"If-Match", `"1"`}},
	"list-history":           {path: samplePlan + "/history?limit=2"},
	"get-revision":           {path: samplePlan + "/revisions/2"},
	"undo":                   {path: samplePlan + "/undo", body: `{"revision": 2, "author": "Jimin"}`},
	"list-scenarios":         {path: samplePlan + "/scenarios"},
	"create-scenario":        {path: samplePlan + "/scenarios", body: `{"scenario": "to-be", "author": "Jimin"}`},
	"list-verdicts":          {path: samplePlan + "/verdicts?limit=1"},
	"list-verdicts-of-topic": {path: samplePlan + "/verdicts/strategy?subject=web"},
	"list-findings":          {path: samplePlan + "/findings?severity=error,warning&limit=2"},
	"list-decisions":         {path: samplePlan + "/decisions?status=proposed"},
	"get-decision":           {path: samplePlan + "/decisions/1"},
	"create-decision": {path: samplePlan + "/decisions", body: `{
  "topic": "image",
  "title": "Build images without a Docker daemon",
  "context": "Builds share one daemon with root on the host.",
  "decisionMakers": ["Jimin"],
  "options": [
    {"name": "BuildKit rootless", "arguments": [{"side": "good", "text": "no root on the host"}]},
    {"name": "Stay", "arguments": [{"side": "bad", "text": "one build can read another's secrets"}]}
  ],
  "chosen": "BuildKit rootless",
  "justification": "it takes the same Dockerfiles."
}`},
	"take-step":         {path: samplePlan + "/decisions/1/steps", headers: []string{"If-Match", `"1"`}, body: `{"to": "accepted", "person": "Jimin", "why": "Agreed in the platform meeting."}`},
	"get-madr":          {path: samplePlan + "/decisions/1/madr"},
	"list-applications": {path: "/api/v1/live/applications?q=health:degraded+cluster:prod-*&group=cluster&limit=1"},
	"list-instances":    {path: "/api/v1/live/instances"},
	"get-drift":         {path: samplePlan + "/drift?severity=error&limit=1"},
	"get-report":        {path: samplePlan + "/report?format=html&lang=en"},
}

// answer is what an operation's example is answered with, and its type; empty
// where there is nothing to read.
func (d *described) answer() (media, text string) {
	for ext, media := range map[string]string{".json": jsonMedia, ".yaml": yamlMedia, ".md": "text/markdown"} {
		if b, err := answers.ReadFile(path.Join("examples", d.id+ext)); err == nil {
			return media, strings.TrimRight(string(b), "\n")
		}
	}
	return "", ""
}

// Example is a documented call.
type Example struct {
	ID, Method, Path, Body string
	Headers                []string // name, value pairs
	Status                 int
}

// Examples are the documented calls, for the test that asks them.
func (a *API) Examples() (out []Example) {
	for _, d := range a.all {
		out = append(out, Example{d.id, d.method, d.example.path, d.example.body, d.example.headers, d.status})
	}
	return out
}
