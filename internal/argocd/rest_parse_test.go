package argocd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

func TestREST_ListAndStreamOfARealServerAreTheSameRows(t *testing.T) {
	list, err := os.Open("argocdtest/testdata/v2.14.21-applications.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = list.Close() }()
	rows := map[string]live.Application{}
	if err := decodeItems(list, func(l *listed) {
		r, _ := row("i", l.application(), nil)
		rows[r.Name] = r
	}); err != nil {
		t.Fatal(err)
	}
	if r := rows["badns"]; r.Phase != "Failed" || r.LastSync != time.Date(2026, 11, 23, 6, 8, 56, 0, time.UTC) || r.Revision == "" || r.ResourceVersion != "341" || len(rows) != 10 {
		t.Errorf("%d rows, %+v", len(rows), r)
	}
	if r := rows["degraded"]; r.Workloads != "Deployment" || r.Health != live.Degraded || rows["nopath"].Condition == "" {
		t.Errorf("%+v, %+v", r, rows["nopath"])
	}
	stream, err := os.ReadFile("testdata/v2.14.21-stream.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(stream) {
		ev, err := parseEvent(line)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := row("i", ev.app, nil)
		if want := rows[r.Name]; r != want || ev.kind != eventAdded {
			t.Errorf("%s\n got %+v\nwant %+v", ev.kind, r, want)
		}
	}
}

func TestREST_GarbageIsRefusedWithoutPanic(t *testing.T) {
	good, err := os.ReadFile("argocdtest/testdata/v2.14.21-applications.json")
	if err != nil {
		t.Fatal(err)
	}
	random, refused := rand.New(rand.NewPCG(3, 4)), 0
	for range 1500 {
		b := bytes.Clone(good)
		for range 1 + random.IntN(6) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		b = b[:len(b)-random.IntN(2)*random.IntN(len(b))]
		if decodeItems(bytes.NewReader(b), func(l *listed) { row("i", l.application(), nil) }) != nil {
			refused++
		}
		_, _ = parseEvent(b)
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

func TestREST_AnApplicationIsBounded(t *testing.T) {
	huge := `{"items":[{"metadata":{"name":"` + strings.Repeat("x", maxApplicationText+1<<20) + `"}}]}`
	if err := decodeItems(strings.NewReader(huge), func(*listed) {}); err == nil {
		t.Error("an application of 16 MiB is accepted")
	}
	small := `{"metadata":{"name":"` + strings.Repeat("x", 1<<20) + `"}}`
	many := `{"items":[` + small + strings.Repeat(","+small, 20) + `]}`
	n := 0
	if err := decodeItems(strings.NewReader(many), func(*listed) { n++ }); err != nil || n != 21 {
		t.Errorf("%d applications of 1 MiB, %v", n, err)
	}
}

func TestWorkloads_AreReadOffTheMessage(t *testing.T) {
	resource := func(kind string) []byte {
		b := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "group")
		b = protowire.AppendVarint(protowire.AppendTag(b, 10, protowire.VarintType), 3)
		return protowire.AppendString(protowire.AppendTag(b, 3, protowire.BytesType), kind)
	}
	var state []byte
	for _, kind := range []string{"Rollout", "Service", "Deployment", "Rollout", "CronJob", "deployment"} {
		state = protowire.AppendBytes(protowire.AppendTag(state, 1, protowire.BytesType), resource(kind))
	}
	state = protowire.AppendFixed64(protowire.AppendTag(state, 77, protowire.Fixed64Type), 1)
	message, err := proto.Marshal(sample(1))
	if err != nil {
		t.Fatal(err)
	}
	message = protowire.AppendBytes(protowire.AppendTag(message, 3, protowire.BytesType), state)
	if got := workloadsOf(message).String(); got != "CronJob Deployment Rollout" {
		t.Errorf("%q", got)
	}
	for n := range message { // cut off anywhere, nothing is read beyond
		workloadsOf(message[:n])
	}
}

func TestRow_ImagesAreBoundedAndInOrder(t *testing.T) {
	a := sample(1)
	all := []string{"z:1", "a:2", "z:1", "bad\nline"}
	for n := range 50 {
		all = append(all, fmt.Sprintf("m:%02d", n))
	}
	a.Status.Summary = &wire.ApplicationSummary{Images: all}
	r, _ := row("i", application{Application: a}, nil)
	lines := strings.Split(r.Images, "\n")
	if len(lines) != live.MaxImages-2 || lines[0] != "a:2" || lines[len(lines)-1] != "z:1" {
		t.Errorf("%q", lines)
	}
}

func TestDetailOf_IsBounded(t *testing.T) {
	w := &whole{application: application{Application: sample(1)}, detail: &wire.ApplicationDetail{Status: &wire.DetailStatus{}}}
	for n := range maxResources + 7 {
		w.detail.Status.Resources = append(w.detail.Status.Resources, &wire.ResourceStatus{Name: proto.String(fmt.Sprint(n))})
	}
	for n := range maxSyncs + 5 {
		w.detail.Status.History = append(w.detail.Status.History, &wire.RevisionHistory{Id: proto.Int64(int64(n))})
	}
	k := live.Key{Instance: "i", Namespace: "argocd", Name: "app-1"}
	d, ok := detailOf(k, w, nil)
	if !ok || len(d.Resources) != maxResources || len(d.History) != maxSyncs || d.Cut != 12 || d.History[0].ID != maxSyncs+4 {
		t.Errorf("%v: %d resources, %d syncs, %d cut, newest %d", ok, len(d.Resources), len(d.History), d.Cut, d.History[0].ID)
	}
	k.Name = "app-2"
	if _, ok := detailOf(k, w, nil); ok {
		t.Error("an answer about another application is accepted")
	}
}

func TestBackoff_DiffersByChance(t *testing.T) {
	o := Options{RetryMin: time.Second, RetryMax: time.Minute}
	seen := map[time.Duration]bool{}
	for range 20 {
		first := o.backoff().NextBackOff()
		if first < time.Second/2 || first > 3*time.Second/2 {
			t.Errorf("first wait %v", first)
		}
		seen[first] = true
	}
	if len(seen) < 10 {
		t.Errorf("only %d waits of 20 differ", len(seen))
	}
	wait := o.backoff()
	for range 50 {
		if next := wait.NextBackOff(); next > 90*time.Second {
			t.Errorf("a wait of %v", next)
		}
	}
}

// holder is a client with a token, whose account has tokens.
type holder struct {
	client
	token string
	kept  []accountToken
}

func (h holder) sent() string                                           { return h.token }
func (h holder) tokens(context.Context, string) ([]accountToken, error) { return h.kept, nil }

func TestExpires_IsTheEarlierOfTokenAndList(t *testing.T) {
	soon, later := time.Unix(1_800_000_000, 0).UTC(), time.Unix(1_900_000_000, 0).UTC()
	token := func(c jwt.RegisteredClaims) string {
		text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte("not the server's key"))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	list := []accountToken{{ID: "other", ExpiresAt: 1}, {ID: "mine", ExpiresAt: soon.Unix()}}
	for name, k := range map[string]struct {
		token string
		want  time.Time
	}{
		"only the list says":    {token(jwt.RegisteredClaims{Issuer: issuer, ID: "mine"}), soon},
		"the list is earlier":   {token(jwt.RegisteredClaims{Issuer: issuer, ID: "mine", ExpiresAt: jwt.NewNumericDate(later)}), soon},
		"not in the list":       {token(jwt.RegisteredClaims{Issuer: issuer, ID: "gone", ExpiresAt: jwt.NewNumericDate(later)}), later},
		"of another issuer":     {token(jwt.RegisteredClaims{Issuer: "sso", ID: "mine", ExpiresAt: jwt.NewNumericDate(later)}), later},
		"never":                 {token(jwt.RegisteredClaims{Issuer: issuer, ID: "gone"}), time.Time{}},
		"not a token that says": {"opaque", time.Time{}},
	} {
		if got := expires(t.Context(), holder{token: k.token, kept: list}, "dashboard"); !got.Equal(k.want) {
			t.Errorf("%s: %v, want %v", name, got, k.want)
		}
	}
}

// A proxy may hold a stream open whose server is gone. One that never gave a
// sign of life is let be: there are servers that give none.
func TestREST_AStreamThatFallsSilentIsGivenUp(t *testing.T) {
	in, out := io.Pipe()
	e := &restEvents{ctx: t.Context(), body: in, lines: bufio.NewScanner(in), silence: 50 * time.Millisecond}
	got := make(chan error, 2)
	next := func() { _, err := e.next(); got <- err }
	go next()
	write := func(text string) {
		if _, err := out.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-got:
		t.Fatalf("given up without a sign: %v", err)
	case <-time.After(150 * time.Millisecond):
	}
	write("data: {\"result\":{\"type\":\"MODIFIED\"}}\n")
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	go next()
	write(":\n")
	if err := <-got; status.Code(err) != codes.Unavailable || !errors.Is(err, errSilent) {
		t.Errorf("it ends with %v", err)
	}
}
