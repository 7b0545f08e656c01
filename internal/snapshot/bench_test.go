package snapshot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// many is kubectl's output of n applications of the size real ones have.
func many(t testing.TB, n int) []byte {
	t.Helper()
	var list struct{ Items []json.RawMessage }
	if err := json.Unmarshal(sample(t, "kubectl.json"), &list); err != nil {
		t.Fatal(err)
	}
	var one map[string]any
	if err := json.Unmarshal(list.Items[0], &one); err != nil {
		t.Fatal(err)
	}
	var resources []any
	for i := range 30 {
		resources = append(resources, map[string]any{"group": "apps", "version": "v1", "kind": "Deployment", "namespace": "demo", "name": fmt.Sprint("workload-", i), "status": "Synced",
			"health": map[string]any{"status": "Healthy", "message": "all replicas are ready"}})
	}
	one["status"].(map[string]any)["resources"] = resources
	var out bytes.Buffer
	out.WriteString("{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        ")
	for i := range n {
		one["metadata"].(map[string]any)["name"] = fmt.Sprintf("application-%05d", i)
		b, err := json.MarshalIndent(one, "        ", "    ")
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			out.WriteString(",\n        ")
		}
		out.Write(b)
	}
	out.WriteString("\n    ],\n    \"kind\": \"List\"\n}\n")
	return out.Bytes()
}

func BenchmarkRead(b *testing.B) {
	file := many(b, 10_000)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		stop, peak := make(chan struct{}), make(chan uint64)
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		go func() {
			var m runtime.MemStats
			var most uint64
			for {
				select {
				case <-stop:
					peak <- most
					return
				case <-time.After(5 * time.Millisecond):
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
			}
		}()
		s, err := Read(bytes.NewReader(file))
		close(stop)
		most := <-peak
		if err != nil || len(s.Applications) != 10_000 {
			b.Fatal(err)
		}
		b.ReportMetric(float64(most-before.HeapAlloc)/(1<<20), "peakMB")
		b.ReportMetric(float64(len(file))/1e4/1024, "KB/app")
	}
}
