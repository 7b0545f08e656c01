package journey

import (
	"fmt"
	"strings"
	"testing"

	"deckplan/internal/argocd/argotest"
)

// The pages of one application and of one instance follow the server, without
// a reload and without taking the reader's place.
func TestLivePages_FollowTheServer(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs Chromium and real Argo CD API servers")
	}
	servers := argotest.StartAll(t, argotest.Options{Names: []string{"seoul", "busan"}, Apps: 6})
	var environment []string
	for _, s := range servers {
		prefix := "DECKPLAN_ARGOCD_" + strings.ToUpper(s.Name) + "_"
		environment = append(environment, prefix+"URL="+s.URL, prefix+"TOKEN="+s.Token, prefix+"INSECURE=true")
	}
	p := visit(t, serve(t, environment...), "")
	p.open("/live")
	p.wait("all applications", `document.querySelectorAll("#applications tbody tr[id]").length === 12`)
	seoul := servers[0]
	one := seoul.Reference(t)[0]
	p.click(having("#instances a", "seoul"))
	p.wait("the instance's page", "location.pathname === '/live/instances/seoul' && document.querySelector('#instance')")
	p.mark()
	p.must("its connection", text(css("#instance"))+".includes('connected')")

	p.open(fmt.Sprintf("/live/applications/seoul/%s/%s", one.Namespace, one.Name))
	p.wait("its state", text(css("#state"))+".includes("+quoted(one.Health)+")")
	p.must("the way to Argo CD", fmt.Sprintf("!!document.querySelector(%q)", `#state a[href="`+seoul.URL+"/applications/"+one.Namespace+"/"+one.Name+`"]`))
	part := "component-00"
	p.wait("its resources, as Argo CD has them", text(css("#detail"))+".includes("+quoted(part)+")")
	p.must("and its history", text(css("#detail"))+".includes('kim') && "+text(css("#detail"))+".includes("+quoted(one.Revision[:7])+")")
	p.enter(css("#resource-filter input[type=search]"), "no such thing")
	p.wait("the filter of resources", "!"+text(css("#detail"))+".includes("+quoted(part)+")")
	p.quiet() // the stream is open
	p.mark()
	for _, health := range []string{"Suspended", "Degraded"} {
		seoul.Update(t, one.Name, argotest.Change{Health: health, Message: "because of " + health})
		p.wait(health, text(css("#state"))+".includes('because of "+health+"')")
	}
	p.marked()
	p.expect("404")
	seoul.Delete(t, one.Name)
	p.wait("that it is deleted", text(css("#state"))+".includes('Look for it in the table')")
	p.marked()
}
