package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/danielgtaylor/huma/v2/validation"
)

// sep stands between a message's id and what the library has to say beside it.
const sep = "\x1f"

// The library words what is wrong with a request in English, in variables of
// its own. They are given message ids, and what becomes of an error is worded
// in the request's language.
func init() {
	huma.DefaultArrayNullable = false
	typed := "api.problem.type" + sep
	for at, id := range map[*string]string{
		&validation.MsgUnexpectedProperty:       "api.problem.unknown",
		&validation.MsgExpectedRequiredProperty: "api.problem.required" + sep + "%s",
		&validation.MsgExpectedOneOf:            "api.problem.choice" + sep + "%s",
		&validation.MsgExpectedMinimumNumber:    "api.problem.small" + sep + "%v",
		&validation.MsgExpectedMaximumNumber:    "api.problem.large" + sep + "%v",
		&validation.MsgExpectedMinLength:        "api.problem.short" + sep + "%d",
		&validation.MsgExpectedMaxLength:        "api.problem.long" + sep + "%d",
		&validation.MsgExpectedMinItems:         "api.problem.few" + sep + "%d",
		&validation.MsgExpectedMaxItems:         "api.problem.many" + sep + "%d",
		&validation.MsgExpectedBoolean:          typed + "boolean",
		&validation.MsgExpectedNumber:           typed + "number",
		&validation.MsgExpectedInteger:          typed + "integer",
		&validation.MsgExpectedString:           typed + "string",
		&validation.MsgExpectedArray:            typed + "array",
		&validation.MsgExpectedObject:           typed + "object",
	} {
		*at = id
	}
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return (&asking{lang: "en"}).problem(libraryError(status, errs))
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return askingOf(ctx.Context()).problem(libraryError(status, errs))
	}
}

// libraryTexts are what the library says without a variable.
var libraryTexts = map[string]string{
	"unknown query parameter": "api.problem.parameter",
	"invalid integer":         "api.problem.type" + sep + "integer",
	"invalid boolean":         "api.problem.type" + sep + "boolean",
}

// libraryError is an error of the router's library as one of ours.
func libraryError(status int, errs []error) error {
	var tooBig *http.MaxBytesError
	for _, err := range errs {
		if errors.As(err, &tooBig) {
			return err
		}
	}
	out := &refusal{kind: internal}
	for _, k := range []kind{malformed, notAccepted, slowBody, tooLarge, mediaType, invalid} {
		if k.status == status {
			out.kind = k
		}
	}
	if out.kind == internal {
		return errors.Join(append(errs, errors.New("api: the library refused"))...)
	}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			out.faults = append(out.faults, faultOf(d, out.kind))
		}
	}
	if out.kind == malformed && len(out.faults) == 0 {
		out.faults = []fault{{location: "body", id: "api.problem.no_body"}}
	}
	return out
}

func faultOf(d *huma.ErrorDetail, k kind) fault {
	f := fault{location: d.Location}
	switch v := d.Value.(type) {
	case string:
		if v != "" && k != malformed {
			f.value = clip(v)
		}
	case bool, float64:
		f.value = v
	}
	message := d.Message
	if id, ok := libraryTexts[message]; ok {
		message = id
	}
	id, want, _ := strings.Cut(message, sep)
	switch {
	case strings.HasPrefix(id, "api.problem."):
		f.id, f.args = id, map[string]any{"want": want}
	case k == malformed:
		f.id = "api.problem.json"
	case strings.HasPrefix(message, "required "):
		_, name, _ := strings.Cut(d.Location, ".")
		f.id, f.args = "api.problem.required", map[string]any{"want": name}
	default:
		f.id = "api.problem.value"
	}
	if id == "api.problem.required" { // told of the object that lacks it
		f.location, f.value = f.location+"."+want, nil
	}
	return f
}

// unwrap gives the request that a context of the library is about.
func unwrap(ctx huma.Context) (*http.Request, http.ResponseWriter) { return humachi.Unwrap(ctx) }
