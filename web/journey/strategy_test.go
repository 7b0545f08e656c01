package journey

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A service's strategy is chosen in one click, taken back by Undo, and follows
// a trait that is changed on the page.
func TestStrategies(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	plan := p.sample()
	p.turn("Deployment strategies")
	p.must("every service", `document.querySelectorAll("#services tbody tr").length === 5`)
	p.click(having("#services a", "cart"))
	p.wait("the service", is(text(css("main h1")), "Deployment strategy of cart"))
	p.must("a picture", having("main svg", "Canary"))

	p.click(having("nav.tabs a", "Production"))
	p.wait("the environment", having("nav.tabs a[aria-current=page]", "Production"))
	p.saves(func() { p.click(css("#card-blue_green form button")) })
	p.must("the choice is marked", css("#card-blue_green[aria-current=true]"))
	p.must("what follows from it", having(".findings", "way back is gone"))
	p.saves(func() { p.press("z", chromedp.ModifierCtrl) })
	p.must("Undo takes it back", "!"+css(".alt[aria-current=true]"))

	p.must("blue/green is possible", "!"+having("#card-blue_green", "not possible"))
	p.saves(func() { p.click(id("i-services/cart/traits.alone")) })
	p.must("with versions that cannot overlap it is not", having("#card-blue_green", "not possible"))
	p.saves(func() { p.click(id("i-services/cart/traits.alone")) })

	p.do(chromedp.Evaluate[chromedp.Void](id("at") + `.focus()`))
	p.press(strings.Repeat(kb.ArrowRight, 3))
	p.wait("the second that the arrows led to", `document.querySelector("#simulation h3[aria-live]").textContent.includes(document.getElementById("at").value + " s after")`)
	p.must("the focus stays", `document.activeElement.id === "at"`)
	p.choose(id("m-strategy"), "Blue/Green")
	p.wait("its manifests", having("#manifests pre", "previewService"))
	p.choose(id("m-tool"), "plain Kubernetes")
	p.wait("a script", having("#manifests pre", "#!/bin/sh"))
	p.click(having(".bar a.primary", "Record decision"))
	p.wait("the record", css("#record"))
	p.must("its title", is(value(css("#record input[name=title]")), "How cart is rolled out"))

	p.open(plan + "/strategies?view=fleet")
	p.must("the longest roll-out", having(".longest li", "Canary"))

	ko := visit(t, p.base, "ko-KR")
	ko.open(plan + "/strategies?service=web")
	ko.must("Korean", is(text(css("main h1")), "web 배포 전략"))
	ko.must("the choice in Korean", having(".findings", "특성에 맞습니다"))
}
