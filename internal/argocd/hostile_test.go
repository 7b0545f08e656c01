package argocd

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// crowd is a server with more clusters and projects than are kept.
type crowd struct{ client }

func (crowd) clusters(_ context.Context, each func(*wire.Cluster)) error {
	for range maxScope + 7 {
		each(&wire.Cluster{Info: &wire.ClusterInfo{ApplicationsCount: proto.Int64(1<<63 - 1)}})
	}
	return nil
}

func (crowd) projects(_ context.Context, each func(*wire.AppProject)) error {
	for range maxScope + 7 {
		each(&wire.AppProject{Metadata: &wire.ObjectMeta{Name: proto.String("p")}})
	}
	return nil
}

func (crowd) canI(context.Context, probe) (yes, ok bool, err error) { return true, true, nil }

func TestScope_KeepsSoManyAndCountsThatCanBe(t *testing.T) {
	got := scope(t.Context(), crowd{}, filter{}, live.Scope{})
	if len(got.Clusters) != maxScope || len(got.Projects) != maxScope || len(got.Hidden) != 0 {
		t.Errorf("%d clusters, %d projects", len(got.Clusters), len(got.Projects))
	}
	var sum int64
	for _, c := range got.Clusters {
		sum += c.Applications
	}
	if sum <= 0 {
		t.Errorf("their applications are %d", sum)
	}
}

func TestCodec_ListsAreReadItemByItem(t *testing.T) {
	list, err := proto.Marshal(&wire.ClusterList{Items: []*wire.Cluster{{Name: proto.String("a")}, {}, {Name: proto.String("b")}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := (codec{}).Unmarshal(split(list, 3), &wireList[wire.Cluster, *wire.Cluster]{func(c *wire.Cluster) { got = append(got, c.GetName()) }}); err != nil || strings.Join(got, ",") != "a,,b" {
		t.Errorf("%q, %v", got, err)
	}
	item := protowire.AppendBytes(protowire.AppendTag(nil, 99, protowire.BytesType), make([]byte, maxApplicationText))
	huge := protowire.AppendBytes(protowire.AppendTag(nil, itemsField, protowire.BytesType), item)
	if (codec{}).Unmarshal(split(huge, 1<<20), &applicationList{func(application) {}}) == nil {
		t.Error("an item above the limit is accepted")
	}
}

func TestMoment_IsOneThatCanBeWritten(t *testing.T) {
	for _, seconds := range []int64{-1 << 63, -1, 0, 1, 1 << 40, 1<<63 - 1} {
		at := (&wire.Time{Seconds: &seconds, Nanos: proto.Int32(-1 << 31)}).Moment()
		if _, err := json.Marshal(at); err != nil || !at.IsZero() {
			t.Errorf("%d: %v, %v", seconds, at, err)
		}
	}
	if at := (&wire.Time{Seconds: proto.Int64(1_800_000_000)}).Moment(); !at.Equal(time.Unix(1_800_000_000, 0)) {
		t.Errorf("%v", at)
	}
}

// FuzzAnswers reads what a server may send, over either protocol.
func FuzzAnswers(f *testing.F) {
	list, err := proto.Marshal(&wire.ApplicationList{Items: []*wire.Application{sample(3)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(list)
	f.Add([]byte(`{"items":[{"metadata":{"name":"a","ownerReferences":[null]},"spec":{"sources":[null]},"status":{"conditions":[null],"resources":[null],"history":[null],"operationState":{"finishedAt":"9999-12-31T23:59:59Z"}}}]}`))
	f.Add([]byte(`{"result":{"type":"ADDED","application":{"metadata":{"name":"a"}}}}`))
	f.Add([]byte(`{"items":[{"name":"c","info":{"connectionState":{"attemptedAt":null},"cacheInfo":null},"labels":{"a":null}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		check := func(a application) {
			r, ok := row("i", a, nil)
			if !ok {
				return
			}
			if _, err := json.Marshal(r); err != nil || !live.IsName(r.Name) {
				t.Errorf("%+v: %v", r, err)
			}
		}
		_ = decodeItems(bytes.NewReader(b), func(l *listed) { check(l.application()) })
		_ = decodeItems(bytes.NewReader(b), func(c *wire.Cluster) { clusterOf(c) })
		_ = decodeItems(bytes.NewReader(b), func(p *wire.AppProject) { projectOf(p) })
		if ev, err := parseEvent(b); err == nil {
			check(ev.app)
		}
		_ = (codec{}).Unmarshal(split(b, 64), &applicationList{check})
		_ = (codec{}).Unmarshal(split(b, 64), &wireList[wire.Cluster, *wire.Cluster]{func(c *wire.Cluster) { clusterOf(c) }})
		_ = (codec{}).Unmarshal(split(b, 64), &wireList[wire.AppProject, *wire.AppProject]{func(p *wire.AppProject) { projectOf(p) }})
		w := &whole{}
		if (codec{}).Unmarshal(split(b, 64), w) == nil {
			detailOf(live.Key{Name: w.GetMetadata().GetName(), Namespace: w.GetMetadata().GetNamespace()}, w, nil)
		}
		var l listed
		w = &whole{detail: &wire.ApplicationDetail{}}
		if json.Unmarshal(b, &l) == nil && json.Unmarshal(b, w.detail) == nil {
			w.application = l.application()
			detailOf(live.Key{Name: w.GetMetadata().GetName()}, w, nil)
		}
	})
}
