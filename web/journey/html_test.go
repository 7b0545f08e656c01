package journey

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A page as a program reads it that knows no scripts.

func parse(t *testing.T, text string) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// elements gives the elements of a name inside a node; "" gives all.
func elements(n *html.Node, name string) (out []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "" || d.Data == name) {
			out = append(out, d)
		}
	}
	return out
}

func within(n *html.Node, name string) bool {
	for a := range n.Ancestors() {
		if a.Data == name {
			return true
		}
	}
	return false
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words is the text inside a node.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// filled gives a form's fields as a browser sends them when nothing was
// changed, with the first button that does not remove anything.
func filled(form *html.Node) url.Values {
	out := url.Values{}
	pressed := false
	for _, e := range elements(form, "") {
		name, value := attribute(e, "name"), attribute(e, "value")
		if name == "" || has(e, "disabled") {
			continue
		}
		switch e.Data {
		case "textarea":
			out.Add(name, words(e))
		case "select":
			for i, o := range elements(e, "option") {
				if has(o, "selected") || i == 0 {
					out.Set(name, attribute(o, "value"))
				}
			}
		case "input":
			kind := attribute(e, "type")
			if (kind == "checkbox" || kind == "radio") && !has(e, "checked") || kind == "file" {
				continue
			}
			out.Add(name, value)
		case "button":
			if !pressed && value != "remove" {
				pressed = true
				out.Add(name, value)
			}
		}
	}
	return out
}

// send posts a form as a browser on a page of the server would, without
// following where it leads.
func send(t *testing.T, base, path, from, language string, form url.Values) (int, string) {
	t.Helper()
	return deliver(t, base, path, from, language, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// sendParts is send for a form with multipart/form-data.
func sendParts(t *testing.T, base, path, from string, form url.Values) (int, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range form {
		for _, v := range values {
			_ = w.WriteField(name, v) // a buffer does not fail
		}
	}
	_ = w.Close()
	return deliver(t, base, path, from, "en", w.FormDataContentType(), &b)
}

func deliver(t *testing.T, base, path, from, language, kind string, body io.Reader) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Referer", base+from)
	r.Header.Set("Accept-Language", language)
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}
