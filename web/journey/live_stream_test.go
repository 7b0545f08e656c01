package journey

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"deckplan/internal/argocd/argotest"
)

// wire stands between a browser and a server, and can be cut.
type wire struct {
	url  string
	mu   sync.Mutex
	cut  bool
	open map[net.Conn]bool
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{url: "http://" + l.Addr().String(), open: map[net.Conn]bool{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(c, strings.TrimPrefix(server, "http://"))
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		w.set(true)
	})
	return w
}

func (w *wire) carry(c net.Conn, to string) {
	s, err := net.Dial("tcp", to)
	if err != nil {
		_ = c.Close()
		return
	}
	w.mu.Lock()
	w.open[c], w.open[s] = true, true
	cut := w.cut
	w.mu.Unlock()
	if cut {
		_, _ = c.Close(), s.Close()
	}
	go func() {
		_, _ = io.Copy(s, c)
		_ = s.Close()
	}()
	_, _ = io.Copy(c, s)
	_ = c.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, c)
	delete(w.open, s)
}

// set cuts what is open and what comes, or lets it pass again.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for c := range w.open {
			_ = c.Close()
		}
	}
}

// What changes on the server is seen without a reload: the reader's scroll,
// focus, selection and typing stay, and nothing is missed while the connection
// is cut.
func TestLiveStream_KeepsTheReadersPlace(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	s := argotest.Start(t, argotest.Options{Names: []string{"seoul"}, Apps: 90})
	prefix := "DECKPLAN_ARGOCD_SEOUL_"
	w := newWire(t, serve(t, prefix+"URL="+s.URL, prefix+"TOKEN="+s.Token, prefix+"INSECURE=true"))
	p := visit(t, w.url, "")
	p.expect("ERR_") // the connection is cut on purpose
	p.open("/live?sort=name")
	p.wait("all applications", `document.querySelectorAll("#applications tbody tr[id]").length === 90`)
	p.scripted()
	p.quiet()
	p.mark()
	all := s.Reference(t)
	row := func(n int) string { return appRow("seoul", all[n].Name) }
	shows := func(n int, health string) {
		t.Helper()
		p.wait(all[n].Name+" "+health, row(n)+"?.cells[1].textContent.includes("+quoted(health)+")")
	}

	// The reader's place: scrolled to a row, its name selected.
	eval[bool](p, `(() => { const r = `+row(60)+`; r.scrollIntoView({block: "center", behavior: "instant"});
		getSelection().selectAllChildren(r.cells[0]); window.__row = r; window.__top = r.getBoundingClientRect().top; return scrollY > 0; })()`)
	stands := func(what string) {
		t.Helper()
		p.must(what+": the row stands where it stood", row(60)+" === window.__row && Math.abs(window.__row.getBoundingClientRect().top - window.__top) < 2")
		p.must(what+": the selection stays", "getSelection().toString().trim() === "+quoted(all[60].Name))
		p.marked()
	}
	s.Update(t, all[60].Name, argotest.Change{Health: "Suspended"})
	shows(60, "Suspended")
	p.must("what changed is marked", row(60)+".classList.contains('fresh')")
	stands("a change")
	p.wait("it is read out", `document.getElementById("live-said").textContent.includes("1 application changed")`)
	made := s.Create(t, "aaa-first", argotest.Change{Health: "Missing"})
	p.wait("a new row above", appRow("seoul", made))
	stands("a row above")
	s.Delete(t, made)
	p.wait("a row that went is marked", appRow("seoul", made)+`?.querySelector(".gone-note")?.textContent === "no longer here"`)
	stands("a row that went")
	p.wait("and goes with the next reading", "!"+appRow("seoul", made))
	stands("a row less")

	// What is typed and not yet sent is not replaced; rows change beside it.
	eval[bool](p, `(() => { const f = document.querySelector("input[type=search]"); f.form.addEventListener("input", (e) => e.stopPropagation(), true); f.scrollIntoView({block: "center", behavior: "instant"}); f.focus({preventScroll: true}); return true; })()`)
	field := css("input[type=search]")
	p.insert("half a wo")
	s.Update(t, all[1].Name, argotest.Change{Health: "Suspended"})
	shows(1, "Suspended")
	time.Sleep(2500 * time.Millisecond)
	p.must("the typed text stays", is(value(field), "half a wo"))
	p.must("the focus stays", "document.activeElement === "+field)
	eval[bool](p, `(() => { const f = `+field+`; f.value = ""; f.blur(); return true; })()`)

	// A row that the filter no longer selects.
	p.open("/live?health=Suspended")
	p.wait("the suspended ones", `document.querySelectorAll("#applications tbody tr[id]").length === 2`)
	p.scripted()
	s.Update(t, all[1].Name, argotest.Change{Health: "Healthy"})
	p.wait("it is marked", row(1)+`?.querySelector(".gone-note")?.textContent === "no longer matches"`)
	p.wait("and goes", "!"+row(1))
	p.open("/live?sort=name")
	p.wait("all again", row(60))
	p.scripted()
	p.mark()

	// Cut off, and back again.
	for round := range 2 {
		w.set(true)
		p.wait("it says so", `!document.getElementById("live-lost").hidden`)
		n := 3 + round
		s.Update(t, all[n].Name, argotest.Change{Health: "Suspended"})
		made := s.Create(t, fmt.Sprint("aab-", round), argotest.Change{Health: "Missing"})
		time.Sleep(300 * time.Millisecond)
		w.set(false)
		shows(n, "Suspended")
		p.wait("what is new", appRow("seoul", made))
		p.must("it follows again", `document.getElementById("live-lost").hidden`)
	}
	p.marked()
}

// Ages go on without a request, in the reader's language.
func TestLiveStream_AgesGoOn(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and a real Argo CD API server")
	}
	s := argotest.Start(t, argotest.Options{Names: []string{"seoul"}, Apps: 2})
	prefix := "DECKPLAN_ARGOCD_SEOUL_"
	p := visit(t, serve(t, prefix+"URL="+s.URL, prefix+"TOKEN="+s.Token, prefix+"INSECURE=true"), "ko")
	p.open("/live")
	p.wait("all applications", `document.querySelectorAll("#applications tbody tr[id]").length === 2`)
	p.quiet()
	eval[bool](p, `(() => { const e = document.querySelector("#applications [data-since]"); window.__age = e.textContent; return true; })()`)
	p.wait("an age in Korean that grows", `(() => { const e = document.querySelector("#applications [data-since]");
		return /^\d+초$/.test(e.textContent) && e.textContent !== window.__age; })()`)
	eval[bool](p, `(() => { const e = document.querySelector("#applications [data-since]"); e.dataset.since = e.dataset.since - 93000; return true; })()`)
	p.wait("hours and days", `document.querySelector("#applications [data-since]").textContent === "1일 1시간"`)
}
