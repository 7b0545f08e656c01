package ui

import (
	"net/url"
	"slices"
	"strconv"
)

// query is what keeps a table's filter and order in an address.
func (t *TableView) query() url.Values {
	q := url.Values{}
	if t.Filter != "" {
		q.Set("q", t.Filter)
	}
	if t.Sort != "" {
		q.Set("sort", t.Sort)
		if t.Desc {
			q.Set("order", "desc")
		}
	}
	return q
}

// PageURL is the address of another page of the table.
func (t *TableView) PageURL(page int) string {
	q := t.query()
	q.Set("page", strconv.Itoa(page))
	return t.Address + "?" + q.Encode()
}

// SortURL is the address of the table sorted by a field, the other way round
// where it is already, and after that in the plan's own order again.
func (t *TableView) SortURL(field string) string {
	next := *t
	switch {
	case t.Sort != field:
		next.Sort, next.Desc = field, false
	case !t.Desc:
		next.Desc = true
	default:
		next.Sort, next.Desc = "", false
	}
	if q := next.query().Encode(); q != "" {
		return t.Address + "?" + q
	}
	return t.Address
}

// CSVURL is the address of the rows that match, as CSV.
func (t *TableView) CSVURL() string {
	if q := t.query().Encode(); q != "" {
		return t.Address + ".csv?" + q
	}
	return t.Address + ".csv"
}

func (t *TableView) order() string {
	if t.Desc {
		return "descending"
	}
	return "ascending"
}

func (t *TableView) allLabel(v *View) string {
	if t.Filter != "" {
		return v.T("ui.many.all_match", "n", t.Total)
	}
	return v.T("ui.many.all", "n", t.Total)
}

var manyOps = []string{"setmany/", "duplicatemany/", "removemany/"}

// picked tells whether a row was selected in a form that was refused.
func (t *TableView) picked(v *View, key string) bool {
	return v.Failed != nil && slices.ContainsFunc(manyOps, func(op string) bool { return v.Failed.Form == op+t.Kind.Name }) &&
		slices.Contains(v.Failed.Values["key"], key)
}

func (t *TableView) manyProblems(v *View) []string {
	for _, op := range manyOps {
		if p := v.Problems(op + t.Kind.Name); p != nil {
			return p
		}
	}
	return nil
}
