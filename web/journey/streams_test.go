package journey

import (
	"bufio"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// resident is the memory of a process, in bytes.
func resident(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "VmRSS:" {
			kib, err := strconv.Atoi(words[1])
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// Two hundred open pages, each with its stream and told of edits, cost the
// server less than 100 MB.
func TestStreams_TwoHundredAreCheap(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads the memory from /proc")
	}
	const readers, edits = 200, 20
	cmd := deckplan(t)
	base := launch(t, cmd)
	plan := furnish(t, base, "en")
	_ = get(t, base+plan+"/layouts")
	before := resident(t, cmd.Process.Pid)
	streams := make([]*bufio.Reader, readers)
	for i := range streams {
		address := base + plan + "/events"
		if i%2 == 1 {
			address = base + "/live/events"
		}
		answer, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		streams[i] = bufio.NewReader(answer.Body)
		if line, err := streams[i].ReadString('\n'); err != nil || line != "retry: 1000\n" {
			t.Fatalf("%q, %v", line, err)
		}
	}
	for i := range edits {
		if status, _ := send(t, base, plan+"/edit", plan, "en", map[string][]string{"op": {"set"}, "at": {"services/cart/deploysPerWeek"}, "value": {strconv.Itoa(10 + i)}}); status != http.StatusSeeOther {
			t.Fatal(status)
		}
	}
	for i := 0; i < readers; i += 2 {
		for told := false; !told; {
			line, err := streams[i].ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			told = strings.HasPrefix(line, "data: ")
		}
	}
	grown := resident(t, cmd.Process.Pid) - before
	t.Logf("%d streams: %.1f MB more than the %.1f MB before", readers, float64(grown)/1e6, float64(before)/1e6)
	if grown > 100e6 {
		t.Errorf("%d streams take %.1f MB", readers, float64(grown)/1e6)
	}
}
