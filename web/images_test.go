package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

func TestImages_FillInWithThePlansOwnRegistry(t *testing.T) {
	body := sampleSite(t).get("/plans/p/images").Body.String()
	for _, want := range []string{`value="registry.example.com"`,
		"docker tag web:1.0 registry.example.com/commerce/web:1.0", "ctr --namespace k8s.io images pull --platform linux/amd64 registry.example.com/commerce/web:1.0"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestImages_AWrongValueStaysAndIsExplained(t *testing.T) {
	s := sampleSite(t)
	for field, c := range map[string][2]string{"registry": {`https://"><script>`, "is no registry host"}, "tag": {"$(rm)", "is no tag"},
		"platform": {"plan9/mips", "is not one of the platforms"}, "archive": {"-", "cannot be a file name"}} {
		q := url.Values{field: {c[0]}, "repository": {"kept/as-typed"}}
		w := s.get("/plans/p/images?" + q.Encode())
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, c[1]) || !strings.Contains(body, `value="kept/as-typed"`) ||
			!strings.Contains(body, "Correct the marked fields") || strings.Contains(body, `"><script>`) || strings.Contains(body, "<code") {
			t.Errorf("%s: %d", field, w.Code)
		}
		if w := s.get("/plans/p/images/docker.sh?" + q.Encode()); w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Location"), "kept%2Fas-typed") {
			t.Errorf("script with a wrong %s: %d to %q", field, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestImages_ScriptIsAFileInTheReadersLanguage(t *testing.T) {
	s := sampleSite(t)
	w := s.get("/plans/p/images/ctr.sh?" + url.Values{"user": {"robot$ci"}}.Encode())
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/x-shellscript; charset=utf-8" ||
		w.Header().Get("Content-Disposition") != `attachment; filename=web-ctr.sh` ||
		!strings.Contains(w.Body.String(), "--user 'robot$ci'") || !strings.Contains(w.Body.String(), "# 1. List namespaces") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if body := s.get("/plans/p/images").Body.String(); !strings.Contains(body, "<pre tabindex=\"0\">#!/bin/sh\n") {
		t.Error("the page does not show the script")
	}
	if w := s.get("/plans/p/images/podman.sh"); w.Code != http.StatusNotFound {
		t.Errorf("an unknown tool: %d", w.Code)
	}
}

func TestImages_ADecisionKeepsTheirVerdict(t *testing.T) {
	s := sampleSite(t)
	if !strings.Contains(s.get("/plans/p/images").Body.String(), `href="/plans/p/decisions/new?topic=image"`) {
		t.Error("the page records no decision")
	}
	form := url.Values{"topic": {"image"}, "title": {"Pull from the mirror"}, "context": {"The vault has one."}, "option": {"hosts.toml"}, "arguments": {""}, "chosen": {"0"}, "justification": {"No manifest changes."}}
	if w := s.post("/plans/p/decisions", "/plans/p/decisions/new?topic=image", form); w.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	d, err := s.db.Decision(t.Context(), "p", 1)
	if err != nil || d.Record.Topic != "image" || len(d.Snapshot.Metrics) != 4 || len(d.Snapshot.Findings) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestImages_FindingsCountInTheRail(t *testing.T) {
	p := plan.Empty("x")
	p.Services = []plan.Service{{ID: "s", Name: "s", Image: "nginx"}, {ID: "t", Name: "t", Image: "NGINX:"}}
	body := newSite(t, p).get("/plans/p").Body.String()
	rail := body[strings.Index(body, `href="/plans/p/images"`):]
	if rail = rail[:strings.Index(rail, "</a>")]; !strings.Contains(rail, "■ 1") {
		t.Errorf("%s", rail)
	}
	if !strings.Contains(body, `href="/plans/p/images?image="`) {
		t.Error("the finding does not lead to its page")
	}
}
