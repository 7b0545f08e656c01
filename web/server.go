// Package web is Deckplan's HTTP face: routes, forms, pages and events. It
// declares what it needs of the database and of the live table; main wires
// them in.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"deckplan/internal/appraise"
	"deckplan/internal/decision"
	"deckplan/internal/hook"
	"deckplan/internal/live"
	"deckplan/internal/matrix"
	"deckplan/internal/plan"
	"deckplan/internal/reach"
	"deckplan/internal/report"
	"deckplan/internal/survey"
	"deckplan/static"
	"deckplan/web/api"
)

// Plans is what the pages need of the database.
type Plans interface {
	Ledgers
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
	Restore(ctx context.Context, id, author string, number int64) (plan.Revision, error)
	Copy(ctx context.Context, from, id, author, scenario string) (plan.Head, error)
	Family(ctx context.Context, family string) ([]plan.Head, error)
	Decisions(ctx context.Context, id string) ([]decision.Kept, error)
	Records(ctx context.Context, id string) ([]decision.Record, error)
	Decision(ctx context.Context, id string, number int64) (decision.Kept, error)
	Chronicle(ctx context.Context, id string, limit int) ([]decision.Dated, error)
	AddDecision(ctx context.Context, id string, d decision.Kept) (decision.Kept, error)
	ChangeDecisions(ctx context.Context, id string, change func([]*decision.Kept) error, numbers ...int) error
	DiscardDraft(ctx context.Context, id string, number int) error
	Questions(ctx context.Context, id string) ([]decision.KeptQuestion, error)
	AddQuestion(ctx context.Context, id string, q decision.Question) error
	ChangeQuestion(ctx context.Context, id, question string, change func(*decision.KeptQuestion) error) error
	DecisionFiles
	Subscribe(id string) (<-chan plan.Event, func())
	Ping(ctx context.Context) error
}

// Past is what is kept of how applications and instances were.
type Past interface {
	// Transitions gives an application's changes of state, newest first.
	Transitions(ctx context.Context, k live.Key, limit int) ([]live.Transition, error)
	// Stretches gives how an instance's connection was since then, newest first.
	Stretches(ctx context.Context, instance string, since time.Time) ([]live.Stretch, error)
}

// Config is what the server is made of.
type Config struct {
	Plans       Plans
	Live        *live.Table
	Connections Connections
	Hosts       []string // host names that requests may be for; loopback names always
	Demo        bool     // every page says that this is a demo
	Log         *slog.Logger
	Now         func() time.Time

	// Detail reads one application in full. What it cannot read is a
	// *live.Failure; nil where nothing is connected.
	Detail func(ctx context.Context, k live.Key) (live.Detail, error)
	// Past is what is kept of earlier states; nil where nothing is.
	Past Past
	// Views keeps selections of the status table; nil where nothing does.
	Views Views

	// Snapshots are what is shown of instances that cannot be reached; nil where
	// none can be.
	Snapshots Snapshots

	// Jobs makes reports beside requests; nil where only those made at once are
	// offered. Print makes PDF of them, Raster pictures as PNG; nil where none can.
	Jobs   Jobs
	Print  Printer
	Raster func(svg string, width int) ([]byte, error)
	// PublicURL is the address under which browsers reach the server, without a
	// slash at its end; that of the request if empty.
	PublicURL string

	// Webhooks are kept and sent by it; nil where none can be.
	Webhooks Webhooks

	// Registries are those that images are measured from; empty for none.
	Registries reach.Reach
	// Notify tells others of an event; nil where nobody listens.
	Notify func(ctx context.Context, e hook.Event) error

	// Reviews tells how decisions stand; nil where nobody judges them.
	Reviews Reviews

	// Survey reads once what a connected Argo CD runs; nil where none is.
	Survey func(ctx context.Context, instance string) (survey.Observed, error)
}

// Server answers requests.
type Server struct {
	Config
	handler  http.Handler
	router   chi.Router
	assets   static.Assets
	appraise appraisals
	robust   kept[robustKey, *matrix.Robustness]
	owners   owners
	hub      *hub
	ops      map[string]operation
	here     presence
	names    names
	outlooks outlooks
	searches searches
	ways     ways
	closing  chan struct{}
	readings *readings
	measures measurements
	details  *details // nil where nothing is connected
	drifts   drifts

	api       *api.API
	documents documents
	found     kept[revisionKey, []appraise.Finding]
}

// New makes a server. It fails when the front end was not built.
func New(c Config) (*Server, error) {
	assets, err := static.Load()
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, assets: assets, closing: make(chan struct{}), readings: &readings{now: c.Now}, hub: newHub(c.Live)}
	if c.Detail != nil {
		s.details = newDetails(c.Now, c.Detail)
	}
	s.ops = s.operations()
	s.router = s.routes()
	s.handler = s.protect(s.router)
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends the streams, so that a shutdown need not wait for them.
func (s *Server) Close() {
	close(s.closing)
	s.searches.close()
}

func (s *Server) routes() chi.Router {
	r := chi.NewRouter()
	r.Use(s.logRequests, middleware.Recoverer, middleware.GetHead)
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	r.Get("/readyz", s.ready)
	r.Handle("/static/*", s.assets)
	r.Get("/plans/{plan}/events", s.planEvents)
	r.Get("/live/events", s.liveEvents)
	s.apiRoutes(r)
	r.Group(func(r chi.Router) {
		r.Use(middleware.Compress(5))
		s.pages(r)
	})
	r.NotFound(s.page(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	return r
}

func (s *Server) pages(r chi.Router) {
	s.livePageRoutes(r)
	r.Get("/", s.page(s.start))
	r.Get("/schema/plan.json", s.schema(plan.JSONSchema))
	r.Get("/schema/report.json", s.schema(report.JSONSchema))
	r.Post("/preferences", s.page(s.preferences))
	r.Post("/plans", s.page(s.create))
	s.liveRoutes(r)
	s.findRoutes(r)
	s.connectionRoutes(r)
	s.webhookRoutes(r)
	s.feedRoutes(r)
	s.snapshotRoutes(r)
	r.Route("/plans/{plan}", func(r chi.Router) {
		r.Get("/", s.page(s.overview))
		r.Get("/facts/{kind}", s.page(s.facts))
		s.sheetRoutes(r)
		s.ownershipRoutes(r)
		s.layoutRoutes(r)
		s.matrixRoutes(r)
		r.Get("/strategies", s.page(s.strategies))
		r.Get("/strategies/manifests/{file}", s.page(s.strategyFile))
		s.imageRoutes(r)
		s.roadmapRoutes(r)
		s.driftRoutes(r)
		s.decisionRoutes(r)
		s.decisionFileRoutes(r)
		s.reportRoutes(r)
		r.Get("/plan.yaml", s.page(s.export))
		s.historyRoutes(r)
		s.scanRoutes(r)
		r.Post("/edit", s.page(s.edit))
		r.Post("/undo", s.page(s.undo))
		r.Post("/delete", s.page(s.remove))
		s.importRoutes(r)
	})
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.Plans.Ping(r.Context()); err != nil {
		http.Error(w, "database unavailable", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

func (s *Server) schema(of func() []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/schema+json")
		_, _ = w.Write(of())
	}
}
