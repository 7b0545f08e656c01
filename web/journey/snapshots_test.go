package journey

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A file from kubectl is handed in, looked at, shown, replaced and removed;
// without scripts as well. Another lies in the watched folder.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	kubectl, err := filepath.Abs(filepath.Join("..", "..", "internal", "snapshot", "testdata", "kubectl.json"))
	if err != nil {
		t.Fatal(err)
	}
	bad, folder := filepath.Join(t.TempDir(), "bad.json"), t.TempDir()
	b, err := os.ReadFile(kubectl)
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string][]byte{bad: b[:len(b)/2], filepath.Join(folder, "busan.json"): b, filepath.Join(folder, "broken.json"): b[:len(b)/2]} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	base := serve(t, "DECKPLAN_SNAPSHOT_FOLDER="+folder)
	for _, scripts := range []bool{true, false} {
		p := visit(t, base, "")
		if !scripts {
			if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
				t.Fatal(err)
			}
		}
		p.open("/live")
		p.turn("Snapshots")
		p.until("the watched folder", func() bool {
			p.open("/live/snapshots")
			return eval[bool](p, "!!"+id("snapshot/busan")+" && !!"+text(id("folder"))+".includes('refused')")
		})
		p.must("its fault", says("The file ends here in the middle"))
		p.enter(id("snapshot-name"), "Vault")
		p.do(chromedp.SetUploadFiles("#snapshot-file", []string{bad}))
		p.expect("status of 422")
		p.click(id("snapshot-read"))
		p.wait("the refused file", id("file-problem")+" && "+says("The file ends here in the middle"))
		p.must("what was typed", is(value(id("snapshot-name")), "Vault"))
		if scripts {
			accessible(p, "a refused file")
		}
		p.do(chromedp.SetUploadFiles("#snapshot-file", []string{kubectl}))
		p.click(id("snapshot-read"))
		p.wait("what it does", says("Vault is not shown yet: 10 applications are added"))
		if scripts {
			accessible(p, "the review")
		}
		p.click(id("take"))
		p.wait("the list", says("Snapshot Vault is shown: 10 applications.")+" && "+id("snapshot/Vault"))
		if scripts {
			accessible(p, "the list")
		}
		p.open("/live?instance=Vault")
		p.wait("its rows", `document.querySelectorAll("#applications tbody tr[id]").length === 10`)
		p.must("not greyed, with their age", `!document.querySelector("tr.stale") && `+says("as of ")+" && "+says("◇ snapshot"))
		p.open("/live/snapshots")
		p.click(`document.querySelector("[aria-label='Remove snapshot Vault']")`)
		p.wait("the question", id("remove-snapshot"))
		p.click(id("remove-snapshot"))
		p.wait("the list without it", says("Snapshot Vault removed.")+" && !"+id("snapshot/Vault")+" && "+id("snapshot/busan"))
	}
}
