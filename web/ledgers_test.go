package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"deckplan/internal/plan"
)

// handArchives hands archives in to be measured.
func (s *site) handArchives(t *testing.T, language string, archives ...[]byte) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i, data := range archives {
		part, err := form.CreateFormFile("file", string(rune('a'+i))+".tar")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(data)
	}
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/plans/p/images/ledger", &body)
	r.Host = "127.0.0.1:8080"
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Accept-Language", language)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return s.do(r)
}

func exported(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../internal/ledger/testdata/ctr-export.tar")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLedger_AnArchiveIsMeasuredAndKept(t *testing.T) {
	s := sampleSite(t)
	w := s.handArchives(t, "en", exported(t), exported(t))
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	address := w.Header().Get("Location")
	body := s.get(address).Body.String()
	s.holds(t, "the ledger", body, "docker image ls", "5.32MB", "2.2 MiB", "confirmed", "refuted", "linux/amd64", "The configs are the same", "Files: 0 added, 0 removed, 0 changed")
	if strings.Contains(body, "‹") {
		t.Error("a message is missing")
	}
	s.holds(t, "the list", s.get("/plans/p/images/ledger").Body.String(), "demo/hello:1.0", "5.32MB", "2.2 MiB")
	s.holds(t, "what is found of an image", s.get("/plans/p/images/ledger?image=demo/hello:1.0").Body.String(), address)
	if found := s.get("/plans/p/images/ledger?image=other:1").Body.String(); strings.Contains(found, address) {
		t.Error("another image is found")
	}
	if w := s.get(address + ".json"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"hypotheses"`) {
		t.Errorf("JSON: %d", w.Code)
	}
	if w := s.post(address+"/remove", "/plans/p/images/ledger", url.Values{}); w.Code != http.StatusSeeOther {
		t.Errorf("removed: %d", w.Code)
	}
	if w := s.get(address); w.Code != http.StatusNotFound {
		t.Errorf("after it was removed: %d", w.Code)
	}
}

func TestLedger_AServicePointsToItsImage(t *testing.T) {
	s := sampleSite(t)
	s.post("/plans/p/edit", "/plans/p/facts/services", url.Values{"op": {"set"}, "at": {"services/cart/image"}, "value": {"127.0.0.1:5000/demo/hello:1.0"}})
	w := s.handArchives(t, "ko", exported(t))
	s.holds(t, "the ledger", s.get(w.Header().Get("Location")).Body.String(), "cart", "127.0.0.1:5000/demo/hello:1.0")
}

func TestLedger_WhatCannotBeReadIsSaidAndNothingKept(t *testing.T) {
	s := sampleSite(t)
	whole := exported(t)
	for name, archives := range map[string][][]byte{"nothing": nil, "no archive": {[]byte("hello")}, "cut off": {whole[:len(whole)/2]},
		"too many": {whole, whole, whole, whole, whole}} {
		w := s.handArchives(t, "ko", archives...)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `class="problem"`) || strings.Contains(w.Body.String(), "‹") {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if kept, err := s.db.Ledgers(t.Context(), "p"); err != nil || len(kept) > 0 {
		t.Errorf("kept: %v, %v", kept, err)
	}
	if _, err := s.db.Create(t.Context(), "q", "", &plan.Plan{}, plan.Summary{}); err != nil {
		t.Fatal(err)
	}
	address := s.handArchives(t, "en", whole).Header().Get("Location")
	if w := s.get(strings.Replace(address, "/plans/p/", "/plans/q/", 1)); w.Code != http.StatusNotFound {
		t.Errorf("through another plan: %d", w.Code)
	}
}

func TestLedger_ARegistryThatIsNotReachedIsSaid(t *testing.T) {
	s := sampleSite(t)
	for reference, says := range map[string]string{"": "Give a reference", "127.0.0.1:5000/x:1": "127.0.0.1", "Not A Reference": "Not A Reference"} {
		w := s.post("/plans/p/images/ledger/pull", "/plans/p/images/ledger", url.Values{"reference": {reference}, "user": {"me"}, "password": {"geheim-1"}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), says) || strings.Contains(w.Body.String(), "geheim-1") || !strings.Contains(w.Body.String(), `value="me"`) {
			t.Errorf("%q: %d", reference, w.Code)
		}
	}
}
