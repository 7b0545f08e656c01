package web

import (
	"net/http"
	"net/url"
	"path"
	"slices"

	"github.com/go-chi/chi/v5"

	"deckplan/internal/image"
	"deckplan/internal/plan"
	"deckplan/web/page"
	"deckplan/web/ui"
)

func (s *Server) imageRoutes(r chi.Router) {
	r.Get("/images", s.page(s.images))
	r.Get("/images/{tool}.sh", s.page(s.imageScript))
	s.ledgerRoutes(r)
}

// Bounds of what the form suggests.
const (
	imageChoices     = 8
	imageSuggestions = 200
)

// images fills the image cookbook in with what the form holds, or with the
// plan's own registry and image.
func (s *Server) images(w http.ResponseWriter, r *http.Request) error {
	v, err := s.planView(w, r, "images")
	if err != nil {
		return err
	}
	values := imageValues(r.URL.Query(), v.Plan.Doc)
	p := page.ImagesProps{Values: values, Analysis: s.appraise.of(v.Plan.ID, v.Plan.Revision, v.Plan.Doc).Images, Problems: map[string]string{}}
	if len(p.Analysis.Verdict.Findings) > 0 {
		v.About("image", "")
	}
	var problems []plan.Problem
	p.Book, problems = image.Fill(values)
	for _, one := range problems {
		p.Problems[one.Path] = v.Word(one.ID, one.Args)
	}
	p.Suggestions = suggestImages(v.Plan.Doc)
	p.Choices = imageLinks(v, values)
	return s.render(w, r, page.Images(v, p))
}

// imageValues takes each value from the form, else from the plan.
func imageValues(q url.Values, doc *plan.Plan) image.Values {
	v := image.Defaults(doc)
	for _, name := range image.Fields {
		if q.Has(name) {
			*v.At(name) = clip(q.Get(name), 4*image.MaxValue)
		}
	}
	return v
}

// suggestImages lists what the plan knows for each field, once each.
func suggestImages(doc *plan.Plan) map[string][]string {
	out := map[string][]string{"namespace": {image.Kubernetes, "default"}}
	add := func(name, value string) {
		if len(out[name]) < imageSuggestions && !slices.Contains(out[name], value) {
			out[name] = append(out[name], value)
		}
	}
	for _, h := range image.Hosts(doc, imageSuggestions) {
		add("registry", h)
	}
	for i := range doc.Services {
		if i == imageSuggestions {
			break
		}
		if got, ok := image.FromImage(doc.Services[i].Image); ok {
			add("registry", got.Registry)
			add("repository", got.Repository)
			add("tag", got.Tag)
		}
	}
	return out
}

// imageLinks lead to the cookbook for the first services that name an image.
func imageLinks(v *ui.View, now image.Values) (out []page.ImageChoice) {
	for i := range v.Plan.Doc.Services {
		svc := &v.Plan.Doc.Services[i]
		got, ok := image.FromImage(svc.Image)
		if !ok {
			continue
		}
		if len(out) == imageChoices {
			break
		}
		q := url.Values{}
		for _, name := range []string{"user", "platform", "namespace"} {
			q.Set(name, *now.At(name))
		}
		for _, name := range []string{"registry", "repository", "tag"} {
			q.Set(name, *got.At(name))
		}
		out = append(out, page.ImageChoice{Name: svc.Name, Href: v.URL("images") + "?" + q.Encode(),
			Current: got.Registry == now.Registry && got.Repository == now.Repository && got.Tag == now.Tag})
	}
	return out
}

// imageScript sends a tool's whole workflow as a shell script. Values that are
// wrong lead back to the form, which says why.
func (s *Server) imageScript(w http.ResponseWriter, r *http.Request) error {
	tool := image.Tool(chi.URLParam(r, "tool"))
	if !slices.Contains(image.Tools, tool) {
		return errNotFound
	}
	_, doc, err := s.Plans.Plan(r.Context(), planOf(r))
	if err != nil {
		return err
	}
	book, problems := image.Fill(imageValues(r.URL.Query(), doc))
	if len(problems) > 0 {
		http.Redirect(w, r, planURL(planOf(r), "images")+"?"+r.URL.RawQuery, http.StatusSeeOther)
		return nil
	}
	w.Header().Set("Content-Type", "text/x-shellscript; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(path.Base(book.Repository)+"-"+string(tool), "sh"))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write([]byte(book.Script(tool, language(r).T)))
	return err
}
