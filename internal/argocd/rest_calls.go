package argocd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"deckplan/internal/argocd/wire"
)

func (c *restClient) version(ctx context.Context) (string, error) {
	var m struct{ Version string }
	if err := c.ask(ctx, pathVersion, maxSmall, &m, nil); err != nil {
		return "", fmt.Errorf("version: %w", err)
	}
	if m.Version == "" {
		return "", fmt.Errorf("version: %w", garbled(errors.New("no version in it")))
	}
	return clip(c.seen.redact(m.Version), maxName), nil
}

func (c *restClient) account(ctx context.Context) (string, error) {
	var m struct {
		LoggedIn bool
		Username string
	}
	if err := c.ask(ctx, pathUserInfo, maxSmall, &m, nil); err != nil {
		return "", fmt.Errorf("user info: %w", err)
	}
	if !m.LoggedIn {
		return "", errNotLoggedIn
	}
	return clip(c.seen.redact(m.Username), maxName), nil
}

func (c *restClient) tokens(ctx context.Context, account string) ([]accountToken, error) {
	var m struct{ Tokens []accountToken }
	if err := c.ask(ctx, pathAccount, maxSmall, &m, nil, account); err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	return m.Tokens, nil
}

func (c *restClient) clusters(ctx context.Context, each func(*wire.Cluster)) error {
	return named("clusters", readItems(ctx, c, c.options.CallTimeout, pathClusters, nil, each))
}

func (c *restClient) projects(ctx context.Context, each func(*wire.AppProject)) error {
	return named("projects", readItems(ctx, c, c.options.CallTimeout, pathProjects, nil, each))
}

// named says what was asked for where it failed.
func named(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// readItems reads a list, item by item.
func readItems[T any](ctx context.Context, c *restClient, limit time.Duration, pattern string, query url.Values, each func(*T)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r, err := c.send(ctx, c.calls, pattern, nil, query)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	return garbled(timely(ctx, decodeItems(&bounded{r.Body, int64(c.options.MaxMessage)}, each)))
}

func (c *restClient) canI(ctx context.Context, p probe) (yes, ok bool, err error) {
	var m struct{ Value string }
	if project, name, scoped := strings.Cut(p.object, "/"); scoped {
		err = c.ask(ctx, pathCanIScoped, maxSmall, &m, nil, p.resource, p.action, project, name)
	} else {
		err = c.ask(ctx, pathCanI, maxSmall, &m, nil, p.resource, p.action, p.object)
	}
	return allows(m.Value, err)
}

// query asks for the applications the connection is about.
func (c *restClient) query() url.Values {
	q := url.Values{}
	if len(c.filter.projects) > 0 {
		q["projects"] = c.filter.projects
	}
	if c.filter.selector != "" {
		q.Set("selector", c.filter.selector)
	}
	return q
}

// listed is an application in JSON, with the kinds of its resources.
type listed struct {
	Metadata *wire.ObjectMeta      `json:"metadata"`
	Spec     *wire.ApplicationSpec `json:"spec"`
	Status   *struct {
		*wire.ApplicationStatus
		Resources []struct {
			Kind string `json:"kind"`
		} `json:"resources"`
	} `json:"status"`
}

func (l *listed) application() application {
	out := application{Application: &wire.Application{Metadata: l.Metadata, Spec: l.Spec}}
	if l.Status != nil {
		out.Status = l.Status.ApplicationStatus
		for _, r := range l.Status.Resources {
			out.workloads.add([]byte(r.Kind))
		}
	}
	return out
}

// list reads the full list. The parameter that would choose fields is not used:
// servers know it for a few fields only and leave out the others, among them
// revision, conditions and resource version.
func (c *restClient) list(ctx context.Context, each func(application)) error {
	return named("list", readItems(ctx, c, c.options.ListTimeout, pathApplications, c.query(), func(l *listed) { each(l.application()) }))
}

var errNoItems = errors.New("no list in it")

// decodeItems reads the items of a list one after the other, so that they do
// not all exist at once.
func decodeItems[T any](in io.Reader, each func(*T)) error {
	limit := &bounded{in, maxApplicationText}
	err := decodeObject(json.NewDecoder(limit), func(d *json.Decoder) error {
		limit.left = maxApplicationText
		one := new(T)
		if err := d.Decode(one); err != nil {
			return err
		}
		each(one)
		return nil
	})
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// decodeObject reads an object with a list of items, calling item for each.
func decodeObject(d *json.Decoder, item func(*json.Decoder) error) error {
	if err := expect(d, '{'); err != nil {
		return err
	}
	found := false
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if key != "items" {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		if found, err = true, decodeArray(d, item); err != nil {
			return err
		}
	}
	if err := expect(d, '}'); err != nil {
		return err
	}
	if !found {
		return errNoItems
	}
	return nil
}

// decodeArray reads an array, or null, which is one without items.
func decodeArray(d *json.Decoder, item func(*json.Decoder) error) error {
	switch open, err := d.Token(); {
	case err != nil:
		return err
	case open == nil:
		return nil
	case open != json.Delim('['):
		return errNoItems
	}
	for d.More() {
		if err := item(d); err != nil {
			return err
		}
	}
	return expect(d, ']')
}

func expect(d *json.Decoder, want json.Delim) error {
	got, err := d.Token()
	if err == nil && got != want {
		err = errNoItems
	}
	return err
}

func (c *restClient) get(ctx context.Context, namespace, name string) (*whole, error) {
	query := url.Values{}
	if namespace != "" {
		query.Set("appNamespace", namespace)
	}
	var text json.RawMessage
	if err := c.ask(ctx, pathApplication, maxApplicationText, &text, query, name); err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	var l listed
	out := &whole{detail: &wire.ApplicationDetail{}}
	if err := errors.Join(json.Unmarshal(text, &l), json.Unmarshal(text, out.detail)); err != nil {
		return nil, fmt.Errorf("get: %w", garbled(err))
	}
	out.application = l.application()
	return out, nil
}
