// Package api is Deckplan's JSON API under /api: what the pages show and do,
// for programs. It declares what it needs of the database, of the live table
// and of the pages' own caches; web wires them in. The OpenAPI document and its
// page are made of the operations as they are registered.
package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/drift"
	"deckplan/internal/lang"
	"deckplan/internal/live"
	"deckplan/internal/plan"
	"deckplan/internal/review"
	"deckplan/web/ui"
)

// Plans is what the API needs of the database.
type Plans interface {
	Plans(ctx context.Context) ([]plan.Head, error)
	Plan(ctx context.Context, id string) (plan.Head, *plan.Plan, error)
	Create(ctx context.Context, id, author string, p *plan.Plan, s plan.Summary) (plan.Head, error)
	Delete(ctx context.Context, id string) error
	Edit(ctx context.Context, id, author string, e plan.Edit) (plan.Revision, error)
	EditAt(ctx context.Context, id, author string, at int64, e plan.Edit) (plan.Revision, error)
	Undo(ctx context.Context, id, author string, number int64) (plan.Revision, error)
	Undoable(ctx context.Context, id string) (undo, redo int64, err error)
	History(ctx context.Context, id string, before int64, limit int) ([]plan.Revision, error)
	Revision(ctx context.Context, id string, number int64) (plan.Revision, error)
	At(ctx context.Context, id string, number int64) (*plan.Plan, error)
	Copy(ctx context.Context, from, id, author, scenario string) (plan.Head, error)
	Family(ctx context.Context, family string) ([]plan.Head, error)
	Records(ctx context.Context, id string) ([]decision.Record, error)
	Decision(ctx context.Context, id string, number int64) (decision.Kept, error)
	AddDecision(ctx context.Context, id string, d decision.Kept) (decision.Kept, error)
	ChangeDecisions(ctx context.Context, id string, change func([]*decision.Kept) error, numbers ...int) error
}

// Live is what the API needs of the live table.
type Live interface {
	Query(q live.Query) live.Result
	Instances() []live.Instance
}

// Reports writes reports in the formats it has.
type Reports interface {
	// Formats are the formats' names with their media types, the usual one first.
	Formats() []ReportFormat
	// Report writes a plan's report. What is wrong with the options is a
	// *plan.Invalid, whose paths name them; what keeps a report from being made
	// is an *Unable.
	Report(ctx context.Context, w io.Writer, o ReportOptions) error
}

// Unable says in a message why a report cannot be made.
type Unable struct {
	ID   string
	Args map[string]any
	Err  error
}

func (e *Unable) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Unable) Unwrap() error { return e.Err }

// ReportFormat is a way a report can be written.
type ReportFormat struct{ Name, Media, Extension string }

// ReportOptions say which report is asked for.
type ReportOptions struct {
	Plan, Format          string
	Lang                  lang.Lang
	Title, Classification string
	Sections              []string // all where empty
}

// Config is what the API is made of.
type Config struct {
	Plans Plans
	Live  Live

	// Document is a revision's document as JSON or YAML.
	Document func(id string, revision int64, p *plan.Plan, yaml bool) ([]byte, error)
	// Appraise analyses a revision, Findings lists what it found as
	// Appraisal.Findings does.
	Appraise func(id string, revision int64, p *plan.Plan) *appraise.Appraisal
	Findings func(id string, revision int64, p *plan.Plan) []appraise.Finding
	// Owners tells who an application belongs to by a plan, and the key of that.
	Owners func(id string, revision int64, p *plan.Plan) (of func(*live.Application) string, key string)
	// Drift compares a revision with what runs; nil where nothing is connected.
	Drift func(id string, revision int64, p *plan.Plan) *drift.Result
	// Draft begins a record about a topic's subject, with the snapshot to keep.
	// Standing tells how a plan's decisions stand; Accepted is told that one was
	// accepted.
	Standing func(ctx context.Context, h plan.Head, p *plan.Plan) (review.Standing, error)
	Accepted func(ctx context.Context, id string, number int, by decision.By)

	Draft   func(l lang.Lang, h plan.Head, p *plan.Plan, topic, subject string) (decision.Record, *decision.Snapshot)
	Reports Reports

	// Page draws a page in the shell of all pages.
	Page  func(w http.ResponseWriter, r *http.Request, title string, body func(*ui.View) templ.Component) error
	Log   *slog.Logger
	Now   func() time.Time
	NewID func() string
}

// API answers requests under /api.
type API struct {
	Config
	handler http.Handler
	router  chi.Router
	huma    huma.API
	all     []*described
	openapi []byte
	stamp   string // of this process, so that what it answered is not taken for another's
}

// New makes the API.
func New(c Config) *API {
	a := &API{Config: c, stamp: plan.NewID()}
	r := chi.NewRouter()
	a.router = r
	r.Use(middleware.GetHead)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { a.refuse(w, r, notFound) })
	r.MethodNotAllowed(a.methodNotAllowed)
	r.Get("/api", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, docsPath, http.StatusSeeOther) })
	r.Get(docsPath, a.docs)
	r.Get(openapiPath, a.document)
	a.huma = huma.NewAPI(a.config(), humachi.NewAdapter(r))
	a.huma.UseMiddleware(a.requireMedia)
	a.register()
	a.describe()
	var err error
	if a.openapi, err = json.MarshalIndent(a.huma.OpenAPI(), "", "  "); err != nil {
		panic(err) // the operations are fixed at build time
	}
	a.handler = a.around(r)
	return a
}

// ServeHTTP answers a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Routes are the API's routes, for a test that walks them.
func (a *API) Routes() chi.Routes { return a.router }

// OpenAPI is the document of all operations as JSON.
func (a *API) OpenAPI() []byte { return a.openapi }

func (a *API) register() {
	a.planRoutes()
	a.changeRoutes()
	a.historyRoutes()
	a.verdictRoutes()
	a.decisionRoutes()
	a.liveRoutes()
	a.driftRoutes()
	a.reportRoutes()
}

func (a *API) config() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	addPlanSchema(registry)
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Deckplan", Version: "v1",
				Description: lang.English.T("api.what", nil) + " " + lang.English.T("api.loopback", nil)},
			Servers:    []*huma.Server{{URL: "/"}},
			Components: &huma.Components{Schemas: registry},
		},
		Formats:                      huma.DefaultFormats,
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}
