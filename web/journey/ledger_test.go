package journey

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// An archive is handed in, measured while it arrives, and explained; one that is
// none is refused where it was chosen.
func TestLedger_AnArchiveIsMeasured(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.open(p.sample() + "/images/ledger")
	p.scripted()
	broken := filepath.Join(t.TempDir(), "broken.tar")
	if err := os.WriteFile(broken, []byte("no archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.expect("422")
	p.do(chromedp.SetUploadFiles("#measure input[type=file]", []string{broken}))
	p.click(css("#measure button.primary"))
	p.wait("what is wrong", having("#measure .problem", "broken.tar"))
	whole, err := filepath.Abs("../../internal/ledger/testdata/ctr-export.tar")
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles("#measure input[type=file]", []string{whole}))
	p.click(css("#measure button.primary"))
	p.wait("the figures", having("#engines tr", "5.32MB"))
	p.must("the explanation", having("#hypotheses .finding", "confirmed"))
	p.click(having("nav.tabs a", "Size ledger"))
	p.wait("the list", having("#ledgers th", "demo/hello:1.0"))
}
