package journey

import (
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Records of a repository become a plan's, in both languages, with and without
// scripts.
func TestDecisionFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../internal/decision/testdata/nygard/*.md")
	if err != nil || len(files) != 4 {
		t.Fatal(err, files)
	}
	for i := range files {
		if files[i], err = filepath.Abs(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	base := serve(t)
	for _, language := range []string{"en", "ko"} {
		p := visit(t, base, language)
		if language == "ko" {
			if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
				t.Fatal(err)
			}
		}
		plan := p.sample()
		p.open(plan + "/decisions")
		p.click(css("#decisions-import"))
		p.wait("the form", css("#decision-upload input[type=file]"))
		p.do(chromedp.SetUploadFiles("#decision-upload input[type=file]", files))
		p.click(css("#decision-upload button"))
		p.wait("what was read", css("#decision-take"))
		p.must("four records, all ticked", `document.querySelectorAll("input[name=file]:checked").length === 4`)
		p.must("what was not understood", says("On hold until spring"))
		if language == "en" {
			accessible(p, "the preview")
		}
		p.resize(390, 900)
		p.must("nothing but tables scrolls sideways", "document.documentElement.scrollWidth <= innerWidth")
		p.resize(1400, 1000)
		p.click(`document.querySelector("input[value='0004-naming.md']")`)
		p.click(css("#decision-keep"))
		p.wait("the records", css("#decisions-export"))
		p.must("what was left out is not there", says("One hub")+" && !("+says("Naming")+")")
	}
}
