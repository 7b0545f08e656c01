package argocd

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseFile_ReadsConnections(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "prod.token"), []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	pin := strings.Repeat("ab", 32)
	text := `
- name: 서울 운영
  url: https://argocd.example.com/root
  token_file: prod.token
  pin: ` + strings.TrimSuffix(strings.Repeat("AB:", 32), ":") + `
  projects: [team-a, team-b]
  selector: tier=web,env in (prod,stage)
  protocol: REST
- {name: lab, url: "http://lab.example.com", token_env: LAB_TOKEN, insecure: true, projects: "a, b", pin: , protocol: auto}
`
	getenv := func(name string) string { return map[string]string{"LAB_TOKEN": secret + "\n"}[name] }
	got, problems := ParseFile(filepath.Join(dir, "connections.yaml"), []byte(text), getenv, nil)
	want := []Connection{
		{Name: "서울 운영", URL: "https://argocd.example.com/root", TokenFile: filepath.Join(dir, "prod.token"), Pin: pin, Projects: "team-a,team-b",
			Selector: "tier=web,env in (prod,stage)", Protocol: "rest"},
		{Name: "lab", URL: "http://lab.example.com", Token: secret, Insecure: true, PlainText: true, Projects: "a,b"},
	}
	if len(problems) > 0 || !slices.Equal(got, want) {
		t.Errorf("connections %+v, problems %v", got, problems)
	}
	for _, none := range []string{"", "# nothing yet\n", "[]"} {
		if got, problems := ParseFile("f", []byte(none), getenv, nil); len(got)+len(problems) > 0 {
			t.Errorf("%q: %v, %v", none, got, problems)
		}
	}
}

func TestParseFile_ReportsAllProblemsAtOnceWithTheirLines(t *testing.T) {
	text := `- name: good
  url: https://a.example.com
  token_env: TOKEN
- name: prod-eu
  url: https://b.example.com
  token_env: TOKEN
- name: Good
  url: ftp://c.example.com
  token_env: UNSET
  url: https://again.example.com
- url: http://d.example.com
  token: ` + secret + `
  tokn: x
- name: e
  url: https://e.example.com
  token_env: TOKEN
  pin: abc
  projects: [ok, Not_Ok]
  selector: a b
  protocol: soap
- name: f/g
  url: https://f.example.com
  token_file: gone
  insecure: perhaps
  ca: [x]
- name: h
  url: https://h.example.com
  token_env: TOKEN
  insecure: true
  pin: ` + strings.Repeat("ab", 32) + `
- name: i
  url: http://127.0.0.1
  token_env: TOKEN
  pin: ` + strings.Repeat("ab", 32) + `
- just a text
- name: j
  url: https://j.example.com
`
	getenv := func(name string) string { return map[string]string{"TOKEN": secret}[name] }
	got, problems := ParseFile("c.yaml", []byte(text), getenv, []Connection{{Name: "prod-eu"}})
	var told []string
	for _, p := range problems {
		told = append(told, strings.TrimPrefix(p.Where, "c.yaml:")+" "+strings.TrimPrefix(p.ID, "argocd.config."))
	}
	want := []string{"4 file_name_twice", "7 file_name_twice", "8 url_invalid", "9 token_env_empty", "10 file_twice", "11 file_name_missing", "12 file_token", "13 file_key",
		"17 pin_invalid", "18 project_invalid", "19 selector_invalid", "20 protocol_invalid", "21 file_name_invalid", "23 token_file_unreadable", "24 insecure_not_boolean", "25 file_text",
		"30 pin_insecure", "34 pin_plaintext", "35 file_entry", "36 token_missing"}
	slices.Sort(told)
	slices.Sort(want)
	if !slices.Equal(told, want) {
		t.Errorf("problems\n%q\nwant\n%q", told, want)
	}
	if len(got) != 1 || got[0].Name != "good" {
		t.Errorf("connections %v", got)
	}
	if text := fmt.Sprintf("%+v", problems); strings.Contains(text, secret) || !strings.Contains(text, "DECKPLAN_ARGOCD_PROD_EU_URL") || !strings.Contains(text, "c.yaml:1") {
		t.Errorf("a problem holds a token, or not where a name is used: %s", text)
	}
}

func TestParseFile_RefusesWhatIsNoList(t *testing.T) {
	for text, want := range map[string]string{"a: b": "c.yaml:1 file_list", "- a\n b: c\n": "c.yaml:2 file_yaml", "[]\n---\n[]\n": "c.yaml:2 file_documents", "text": "c.yaml:1 file_list",
		"- &a [*a]": "c.yaml:1 file_entry", "- *nobody": "c.yaml:1 file_yaml", strings.Repeat(" ", MaxFile+1): "c.yaml:1 file_size"} {
		got, problems := ParseFile("c.yaml", []byte(text), os.Getenv, nil)
		if len(got) > 0 || len(problems) != 1 || problems[0].Where+" "+strings.TrimPrefix(problems[0].ID, "argocd.config.") != want {
			t.Errorf("%.20q: %v, want %s", text, problems, want)
		}
	}
}

func FuzzParseFile_DoesNotPanic(f *testing.F) {
	f.Add("- {name: a, url: https://a, token_env: T, projects: [x]}")
	f.Add("- &a {name: *a}")
	f.Add("? [a]\n: b")
	f.Fuzz(func(t *testing.T, text string) {
		getenv := func(string) string { return "t" }
		got, problems := ParseFile("c.yaml", []byte(strings.ReplaceAll(text, "_file", "")), getenv, nil)
		for _, c := range got {
			if c.Name == "" || c.URL == "" {
				t.Errorf("%+v, %v", c, problems)
			}
		}
	})
}
