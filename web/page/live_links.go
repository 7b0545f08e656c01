package page

import (
	"net/url"

	"deckplan/internal/live"
)

// ApplicationURL is the address of one application's page.
func ApplicationURL(k live.Key) string {
	namespace := k.Namespace
	if namespace == "" {
		namespace = "-"
	}
	return "/live/applications/" + url.PathEscape(k.Instance) + "/" + url.PathEscape(namespace) + "/" + url.PathEscape(k.Name)
}

// InstanceURL is the address of one instance's page.
func InstanceURL(name string) string { return "/live/instances/" + url.PathEscape(name) }
