package argocd

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

func sample(i int) *wire.Application {
	return &wire.Application{
		Metadata: &wire.ObjectMeta{Name: proto.String(fmt.Sprintf("app-%d", i)), Namespace: proto.String("argocd")},
		Spec:     &wire.ApplicationSpec{Project: proto.String("default"), Destination: &wire.ApplicationDestination{Server: proto.String("https://c")}},
		Status:   &wire.ApplicationStatus{Health: &wire.HealthStatus{Status: proto.String(live.Healthy), Message: proto.String(strings.Repeat("x", i))}},
	}
}

// split cuts a message into buffers as small as the network may.
func split(b []byte, size int) mem.BufferSlice {
	var out mem.BufferSlice
	for len(b) > 0 {
		n := min(size, len(b))
		out = append(out, mem.SliceBuffer(b[:n]))
		b = b[n:]
	}
	return out
}

func TestCodec_ListEqualsPlainDecoding(t *testing.T) {
	list := &wire.ApplicationList{Metadata: &wire.ListMeta{ResourceVersion: proto.String("7")}}
	for i := range 300 {
		list.Items = append(list.Items, sample(i))
	}
	b, err := proto.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	// Fields the schema does not have, of every kind.
	b = protowire.AppendVarint(protowire.AppendTag(b, 90, protowire.VarintType), 1<<40)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 91, protowire.Fixed32Type), 1)
	b = protowire.AppendFixed64(protowire.AppendTag(b, 92, protowire.Fixed64Type), 1)
	b = protowire.AppendString(protowire.AppendTag(b, 93, protowire.BytesType), "unknown")
	for _, size := range []int{1, 7, 4096, 1 << 20} {
		var got []*wire.Application
		if err := (codec{}).Unmarshal(split(b, size), &applicationList{func(a application) { got = append(got, a.Application) }}); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(list.Items) {
			t.Fatalf("%d items", len(got))
		}
		for i := range got {
			if !proto.Equal(got[i], list.Items[i]) {
				t.Fatalf("item %d differs", i)
			}
		}
	}
}

func TestCodec_RefusesGarbageWithoutPanic(t *testing.T) {
	good, err := proto.Marshal(&wire.ApplicationList{Items: []*wire.Application{sample(3), sample(40)}})
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	random := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		b := append([]byte(nil), good...)
		for range 1 + random.IntN(4) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		b = b[:random.IntN(len(b)+1)]
		each := func(a application) { row("i", a, nil) }
		if (codec{}).Unmarshal(split(b, 1+random.IntN(40)), &applicationList{each}) != nil {
			refused++
		}
		_ = (codec{}).Unmarshal(split(b, 64), &event{})
		_ = (codec{}).Unmarshal(split(b, 64), &whole{})
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
	huge := protowire.AppendVarint(protowire.AppendTag(nil, itemsField, protowire.BytesType), 1<<62)
	if (codec{}).Unmarshal(split(huge, 64), &applicationList{}) == nil {
		t.Error("an item longer than the message is accepted")
	}
	if (codec{}).Unmarshal(nil, "text") == nil {
		t.Error("a value without code is accepted")
	}
}

func TestRow_BoundsTexts(t *testing.T) {
	a := sample(0)
	a.Status.Health.Message = proto.String(strings.Repeat("한", 5000))
	a.Spec.Project = proto.String("bad \xff\xfe bytes")
	r, ok := row("i", application{Application: a}, nil)
	if !ok || len(r.HealthMessage) > maxMessage || !utf8.ValidString(r.HealthMessage) || !strings.HasSuffix(r.HealthMessage, "한…") {
		t.Errorf("message of %d bytes ends %q", len(r.HealthMessage), r.HealthMessage[max(0, len(r.HealthMessage)-9):])
	}
	if !utf8.ValidString(r.Project) {
		t.Errorf("project %q", r.Project)
	}
	for _, name := range []string{"", strings.Repeat("n", maxName+1)} {
		a.Metadata.Name = &name
		if _, ok := row("i", application{Application: a}, nil); ok {
			t.Errorf("a name of %d bytes is a row", len(name))
		}
	}
	if _, ok := row("i", application{}, nil); ok {
		t.Error("no application is a row")
	}
}

func TestRow_ChoosesWhatToShow(t *testing.T) {
	a := sample(1)
	names := map[string]string{"https://c": "named"}
	if r, _ := row("i", application{Application: a}, names); r.Cluster != "named" || r.Server != "https://c" {
		t.Errorf("cluster %q of %q", r.Cluster, r.Server)
	}
	if r, _ := row("i", application{Application: a}, nil); r.Cluster != "https://c" {
		t.Errorf("cluster %q", r.Cluster)
	}
	a.Spec.Destination.Name = proto.String("by-name")
	a.Spec.Source = &wire.ApplicationSource{RepoURL: proto.String("one"), Path: proto.String("p")}
	a.Spec.Sources = []*wire.ApplicationSource{{RepoURL: proto.String("two"), Chart: proto.String("chart")}}
	a.Status.Sync = &wire.SyncStatus{Revisions: []string{"r1", "r2"}}
	a.Status.OperationState = &wire.OperationState{FinishedAt: &wire.Time{Seconds: proto.Int64(1700000000)}}
	r, _ := row("i", application{Application: a}, names)
	if r.Cluster != "by-name" || r.RepoURL != "two" || r.Path != "chart" || r.Revision != "r1" || !r.LastSync.Equal(time.Unix(1700000000, 0)) {
		t.Errorf("%+v", r)
	}
}

func TestOlder_ComparesNumbersOnly(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"9", "10", true}, {"10", "9", false}, {"9", "9", false}, {"", "9", false}, {"a", "b", false}} {
		if older(c.a, c.b) != c.want {
			t.Errorf("older(%q, %q) is %v", c.a, c.b, !c.want)
		}
	}
}
