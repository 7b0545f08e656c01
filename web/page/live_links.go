package page

import (
	"net/url"
	"strings"

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

// ClustersURL is the address of all clusters that fit some words.
func ClustersURL(words string) string {
	return "/live/clusters?" + url.Values{"q": {words}}.Encode()
}

// tableURL is the table with filters: name, value pairs.
func tableURL(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return "/live?" + q.Encode()
}

// webAddress gives an http or https address without what signs in there; empty
// for any other text.
func webAddress(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	u.User = nil
	return u.String()
}

// withoutUser is an address as it is shown: without a name or password.
func withoutUser(text string) string {
	if u, err := url.Parse(text); err == nil && u.User != nil && u.Host != "" {
		if _, secret := u.User.Password(); secret || u.Scheme == "http" || u.Scheme == "https" {
			u.User = nil
			return u.String()
		}
	}
	return text
}

// argoAddress is an application's page in Argo CD itself; empty where the
// instance's address is no web address.
func argoAddress(in *live.Instance, k live.Key) string {
	base := webAddress(in.URL)
	if base == "" {
		return ""
	}
	path := "/applications/" + url.PathEscape(k.Name)
	if k.Namespace != "" {
		path = "/applications/" + url.PathEscape(k.Namespace) + "/" + url.PathEscape(k.Name)
	}
	return strings.TrimRight(base, "/") + path
}
