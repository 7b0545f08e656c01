package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"deckplan/internal/lang"
)

// Spoken is for answers that hold sentences.
type Spoken struct {
	Lang           string `query:"lang" enum:"en,ko"`
	AcceptLanguage string `header:"Accept-Language"`
}

// OfPlan is for what lies in a plan.
type OfPlan struct {
	Spoken
	Plan string `path:"plan" minLength:"1" maxLength:"64"`
}

// Paged is for lists.
type Paged struct {
	Limit  int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Offset int `query:"offset" minimum:"0" maximum:"10000000"`
}

// Known is for answers that the asker may have already.
type Known struct {
	IfNoneMatch string `header:"If-None-Match"`
}

// Authored is for changes.
type Authored struct {
	Author string `header:"Deckplan-Author" maxLength:"60"`
}

// List is a page of a list. Total counts all pages; Next is the address of the
// next one, empty on the last.
type List[T any] struct {
	Items []T    `json:"items"`
	Total int    `json:"total"`
	Next  string `json:"next,omitempty"`
}

// Answer is an answer with a tag.
type Answer[T any] struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control" hidden:"true"`
	Vary         string `header:"Vary" hidden:"true"`
	Body         T
}

// Plain is an answer without one.
type Plain[T any] struct{ Body T }

// Made is the answer to what makes something.
type Made[T any] struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     T
}

// File is an answer that is not JSON.
type File struct {
	Status       int
	ContentType  string `header:"Content-Type" hidden:"true"`
	Disposition  string `header:"Content-Disposition" hidden:"true"`
	Policy       string `header:"Content-Security-Policy" hidden:"true"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control" hidden:"true"`
	Vary         string `header:"Vary" hidden:"true"`
	Body         []byte
}

const revalidate = "private, no-cache"

// tagged answers with a tag, or that the asker has it already.
func tagged[T any](in Known, tag string, make func() T) *Answer[T] {
	out := &Answer[T]{Status: http.StatusOK, ETag: tag, CacheControl: revalidate, Vary: "Accept, Accept-Language"}
	if matches(in.IfNoneMatch, tag, false) {
		out.Status = http.StatusNotModified
		return out
	}
	out.Body = make()
	return out
}

// ofRevision is the tag of what is said of a revision in a language.
func (a *API) ofRevision(ctx context.Context, revision int64) string {
	return `W/"` + strconv.FormatInt(revision, 10) + "-" + string(askingOf(ctx).lang) + "-" + a.stamp + `"`
}

// matches tells whether a list of tags holds one; where strong, tags marked as
// weak match nothing.
func matches(header, tag string, strong bool) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || one == tag || !strong && strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// page cuts a page out of a whole list.
func page[T, U any](ctx context.Context, all []T, p Paged, make func(T) U) List[U] {
	from := min(p.Offset, len(all))
	to := min(from+p.Limit, len(all))
	out := List[U]{Items: []U{}, Total: len(all), Next: next(ctx, p, len(all))}
	for _, one := range all[from:to] {
		out.Items = append(out.Items, make(one))
	}
	return out
}

// next is the address of the page that follows one of so many.
func next(ctx context.Context, p Paged, total int) string {
	if p.Offset+p.Limit >= total {
		return ""
	}
	return again(ctx, "offset", strconv.Itoa(p.Offset+p.Limit))
}

// again is the request's own address with another value of a parameter.
func again(ctx context.Context, name, value string) string {
	r := askingOf(ctx).r
	q := r.URL.Query()
	q.Set(name, value)
	return r.URL.Path + "?" + q.Encode()
}

// author is who a change is by: as its body says, else its header.
func author(in Authored, body string) string {
	name := body
	if strings.TrimSpace(name) == "" {
		name = in.Author
	}
	name = strings.TrimSpace(strings.ToValidUTF8(name, ""))
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	return name
}

// expected reads If-Match: the revision a change was made on, or any. It is 0
// where the header is missing or says any.
func expected(header string, must bool, current int64) (revision int64, err error) {
	tags := strings.TrimSpace(header)
	switch {
	case tags == "" && must:
		return 0, &refusal{kind: precondition, revision: current}
	case tags == "" || tags == "*":
		return 0, nil
	}
	for one := range strings.SplitSeq(tags, ",") {
		one = strings.TrimSpace(one)
		if len(one) < 2 || strings.Trim(one, `"`) == one || !strings.HasSuffix(one, `"`) {
			return 0, refused(fault{location: "header.If-Match", id: "api.problem.if_match", args: map[string]any{"want": etag(current)}, value: clip(header)})
		}
	}
	if !matches(tags, etag(current), true) {
		return 0, &refusal{kind: stale, revision: current}
	}
	return current, nil
}

// op is what an operation is besides its parameters.
type op struct {
	id, method, path, tag string
	status                int
	kinds                 []kind // of problems, beside those that any may have
	takes                 string // name of the schema of its body, where the library cannot know it
	also                  bool   // the body may be YAML
	raw                   bool   // the body is read by the handler
	gives                 map[string]string
}

// add registers an operation.
func add[I, O any](a *API, o op, h func(context.Context, *I) (*O, error)) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	hop := huma.Operation{OperationID: o.id, Method: o.method, Path: o.path, Tags: []string{o.tag}, DefaultStatus: o.status,
		Summary: lang.English.T(opText(o.id), nil), Description: lang.English.T(opText(o.id)+".what", nil),
		MaxBodyBytes: -1, BodyReadTimeout: answerTime, SkipValidateBody: o.raw, Responses: map[string]*huma.Response{}}
	if len(o.gives) > 0 {
		content := map[string]*huma.MediaType{}
		for media, schema := range o.gives {
			content[media] = &huma.MediaType{Schema: named(schema)}
		}
		hop.Responses[strconv.Itoa(o.status)] = &huma.Response{Description: http.StatusText(o.status), Content: content}
	}
	o.kinds = append(slices.Clone(o.kinds), invalid, noTokens, unavailable, internal)
	if strings.Contains(o.path, "{") {
		o.kinds = append(o.kinds, notFound)
	}
	if o.method == http.MethodPost || o.method == http.MethodPut || o.method == http.MethodPatch {
		o.kinds = append(o.kinds, malformed, mediaType, tooLarge, crossSite)
	} else if o.method == http.MethodDelete {
		o.kinds = append(o.kinds, crossSite)
	}
	for _, k := range o.kinds {
		if !slices.Contains(hop.Errors, k.status) && k.status != http.StatusUnprocessableEntity && k.status != http.StatusInternalServerError {
			hop.Errors = append(hop.Errors, k.status)
		}
	}
	huma.Register(a.huma, hop, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, askingOf(ctx).problem(err)
		}
		return out, nil
	})
	a.all = append(a.all, a.described(o))
}

// named refers to a schema by its name; a media type without one holds text.
func named(schema string) *huma.Schema {
	if schema == "" {
		return &huma.Schema{Type: huma.TypeString}
	}
	return &huma.Schema{Ref: "#/components/schemas/" + schema}
}

func planURL(id string, rest ...string) string {
	return "/api/v1/plans/" + strings.Join(append([]string{id}, rest...), "/")
}
