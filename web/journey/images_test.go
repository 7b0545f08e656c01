package journey

import "testing"

// Commands follow what is typed, say what is wrong, and can be taken away.
func TestImages(t *testing.T) {
	t.Parallel()
	p := visit(t, serve(t), "")
	p.sample()
	p.turn("Images")
	first := "#step-push .command code"
	p.must("the plan's registry", is(text(css(first)), "docker push registry.example.com/commerce/web:1.0"))
	tag := id("v-tag")
	p.enter(tag, "2.0-rc.1")
	p.wait("the new tag", is(text(css(first)), "docker push registry.example.com/commerce/web:2.0-rc.1"))
	p.must("the focus stays", "document.activeElement === "+tag)
	p.must("the address can be shared", "new URLSearchParams(location.search).get('tag') === '2.0-rc.1'")
	p.enter(id("v-registry"), "harbor")
	p.wait("what is wrong", css("#v-registry[aria-invalid=true]"))
	p.must("why", having("#h-registry", "folder at docker.io"))
	p.must("no command while a value is wrong", "!"+css(".command"))
	p.must("what was typed stays", is(value(tag), "2.0-rc.1"))
	p.enter(id("v-registry"), "harbor:5000")
	p.wait("commands again", is(text(css(first)), "docker push harbor:5000/commerce/web:2.0-rc.1"))
	p.enter(id("v-namespace"), "ci")
	p.wait("the trap", says("Kubernetes does not see the namespace “ci”"))

	eval[bool](p, `!!(navigator.clipboard.writeText = async (s) => { window.__copied = s; })`)
	p.click(css("#step-pull [data-copy]"))
	p.wait("the command is copied", "window.__copied === "+text(css("#step-pull .command code")))
	p.must("the button says so", having("#step-pull [data-copy]", "Copied"))
	p.must("the file", css(`a[download][href*="ctr.sh"][href*="namespace=ci"]`))
	p.quiet()
}
