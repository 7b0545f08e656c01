package argocd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const secret = "eyJ.very-secret.token"

func tempFile(t *testing.T, text string) string {
	t.Helper()
	f := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(f, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParseEnvironment_ReadsConnections(t *testing.T) {
	file := tempFile(t, secret+"\n")
	got, problems := ParseEnvironment([]string{
		"HOME=/", "DECKPLAN_ARGOCD_RELIST=3m", // not an instance's
		"DECKPLAN_ARGOCD_PROD_EU_URL=https://argocd.example.com/root",
		"DECKPLAN_ARGOCD_PROD_EU_TOKEN_FILE=" + file,
		"DECKPLAN_ARGOCD_DEV_URL=http://127.0.0.1:8080",
		"DECKPLAN_ARGOCD_DEV_TOKEN=" + secret,
		"DECKPLAN_ARGOCD_LAB_URL=http://lab.example.com",
		"DECKPLAN_ARGOCD_LAB_TOKEN=" + secret,
		"DECKPLAN_ARGOCD_LAB_INSECURE=true",
		"DECKPLAN_ARGOCD_STAGE_URL=https://stage.example.com",
		"DECKPLAN_ARGOCD_STAGE_TOKEN=" + secret,
		"DECKPLAN_ARGOCD_STAGE_PIN=" + strings.TrimSuffix(strings.Repeat("AB:", 32), ":"),
		"DECKPLAN_ARGOCD_STAGE_PROJECTS= team-a, team-b ",
		"DECKPLAN_ARGOCD_STAGE_SELECTOR=tier in (web)",
		"DECKPLAN_ARGOCD_STAGE_PROTOCOL=GRPC",
	})
	want := []Connection{
		{Name: "dev", URL: "http://127.0.0.1:8080", Token: secret, PlainText: true},
		{Name: "lab", URL: "http://lab.example.com", Token: secret, Insecure: true, PlainText: true},
		{Name: "prod-eu", URL: "https://argocd.example.com/root", TokenFile: file},
		{Name: "stage", URL: "https://stage.example.com", Token: secret, Pin: strings.Repeat("ab", 32), Projects: "team-a,team-b", Selector: "tier in (web)", Protocol: "grpc"},
	}
	if len(problems) > 0 || !slices.Equal(got, want) {
		t.Errorf("connections %v, problems %v", got, problems)
	}
	e, err := got[2].endpoint()
	if err != nil || e.hostPort != "argocd.example.com:443" || e.plaintext {
		t.Errorf("endpoint %+v, %v", e, err)
	}
}

func TestParseEnvironment_ReportsAllProblemsAtOnce(t *testing.T) {
	empty := tempFile(t, "")
	environ := []string{
		"DECKPLAN_ARGOCD_A_TOKEN=" + secret,
		"DECKPLAN_ARGOCD_B_URL=https://b.example.com",
		"DECKPLAN_ARGOCD_C_URL=https://user:" + secret + "@c.example.com", "DECKPLAN_ARGOCD_C_TOKEN=" + secret,
		"DECKPLAN_ARGOCD_D_URL=http://d.example.com", "DECKPLAN_ARGOCD_D_TOKEN=" + secret,
		"DECKPLAN_ARGOCD_E_URL=https://e.example.com", "DECKPLAN_ARGOCD_E_TOKEN=" + secret, "DECKPLAN_ARGOCD_E_TOKEN_FILE=" + empty,
		"DECKPLAN_ARGOCD_F_URL=https://f.example.com", "DECKPLAN_ARGOCD_F_TOKEN_FILE=" + empty + ".gone",
		"DECKPLAN_ARGOCD_G_URL=https://g.example.com", "DECKPLAN_ARGOCD_G_TOKEN_FILE=" + empty,
		"DECKPLAN_ARGOCD_H_URL=https://h.example.com", "DECKPLAN_ARGOCD_H_TOKEN=two words",
		"DECKPLAN_ARGOCD_I_URL=https://i.example.com", "DECKPLAN_ARGOCD_I_TOKEN=" + secret, "DECKPLAN_ARGOCD_I_CA_FILE=" + empty,
		"DECKPLAN_ARGOCD_J_URL=https://j.example.com", "DECKPLAN_ARGOCD_J_TOKEN=" + secret, "DECKPLAN_ARGOCD_J_CA_FILE=" + empty + ".gone",
		"DECKPLAN_ARGOCD_K_URL=https://k.example.com", "DECKPLAN_ARGOCD_K_TOKEN=" + secret, "DECKPLAN_ARGOCD_K_INSECURE=perhaps",
		"DECKPLAN_ARGOCD_L_URL=ftp://l.example.com", "DECKPLAN_ARGOCD_L_TOKEN=" + secret,
		"DECKPLAN_ARGOCD_M_URL=https://m.example.com", "DECKPLAN_ARGOCD_M_TOKEN=" + secret, "DECKPLAN_ARGOCD_M_TOKN=x",
		"DECKPLAN_ARGOCD_n_URL=https://n.example.com",
		"DECKPLAN_ARGOCD_O_URL=https://o.example.com", "DECKPLAN_ARGOCD_O_TOKEN=" + secret, "DECKPLAN_ARGOCD_O_PIN=abc", "DECKPLAN_ARGOCD_O_PROJECTS=a b",
		"DECKPLAN_ARGOCD_O_SELECTOR=a b", "DECKPLAN_ARGOCD_O_PROTOCOL=soap", "DECKPLAN_ARGOCD_O_CA=hello",
		"DECKPLAN_ARGOCD_P_URL=https://p.example.com", "DECKPLAN_ARGOCD_P_TOKEN=" + secret, "DECKPLAN_ARGOCD_P_PIN=" + strings.Repeat("ab", 32), "DECKPLAN_ARGOCD_P_INSECURE=1",
	}
	got, problems := ParseEnvironment(environ)
	var names []string
	for _, p := range problems {
		names = append(names, strings.TrimPrefix(p.Where, envPrefix)+" "+strings.TrimPrefix(p.ID, "argocd.config."))
	}
	want := []string{"A_URL url_missing", "B_TOKEN token_missing", "C_URL url_invalid", "D_URL plaintext_token", "E_TOKEN token_twice",
		"F_TOKEN_FILE token_file_unreadable", "G_TOKEN_FILE token_malformed", "H_TOKEN token_malformed", "I_CA_FILE ca_file_empty",
		"J_CA_FILE ca_file_unreadable", "K_INSECURE insecure_not_boolean", "L_URL url_invalid", "M_TOKN unknown_variable", "O_CA ca_invalid", "O_PIN pin_invalid",
		"O_PROJECTS project_invalid", "O_PROTOCOL protocol_invalid", "O_SELECTOR selector_invalid", "P_PIN pin_insecure", "n_URL name_invalid"}
	if !slices.Equal(names, want) {
		t.Errorf("problems\n%q\nwant\n%q", names, want)
	}
	if len(got) != 1 || got[0].Name != "m" {
		t.Errorf("connections %v", got)
	}
	if text := fmt.Sprintf("%+v", problems); strings.Contains(text, secret) || strings.Contains(text, "two words") {
		t.Error("a problem holds a token")
	}
}

func TestConnection_NeverShowsItsToken(t *testing.T) {
	c := Connection{Name: "a", URL: "https://a.example.com", Token: secret}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "connection", c, "pointer", &c, "token", c.Token, "many", []Connection{c})
	}
	encoded, err := json.Marshal([]any{c, &c, map[string]any{"c": c}})
	if err != nil {
		t.Fatal(err)
	}
	type holder struct{ C Connection }
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %s %q %x", c, c, c, c, c.Token), fmt.Sprintf("%+v %#v", holder{c}, holder{c}),
		fmt.Sprintf("%v %+v", &c, []Connection{c}), string(encoded), log.String()} {
		if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
			t.Errorf("the token is in %s", text)
		}
	}
}
