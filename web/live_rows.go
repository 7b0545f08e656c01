package web

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"deckplan/internal/live"
	"deckplan/web/page"
)

// rowTexts holds rows as they were last drawn, so that a row is drawn once
// for all who see it.
type rowTexts struct {
	mu    sync.Mutex
	texts map[rowText]drawnRow
}

type rowText struct {
	live.Key
	look string
}

type drawnRow struct {
	row  live.Row
	text string
}

const mostRowTexts = 4096

// oneLine keeps a text from ending the line of its event.
var oneLine = strings.NewReplacer("\r", "&#13;", "\n", "&#10;")

// text draws a row.
func (c *rowTexts) text(ctx context.Context, row live.Row, l *look) string {
	if !row.Stale {
		row.LastSeen = time.Time{} // it is not shown
	}
	row.ResourceVersion = ""
	at := rowText{row.Key(), l.key}
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, ok := c.texts[at]; ok && d.row == row {
		return d.text
	}
	var out bytes.Buffer
	if err := l.row(&row).Render(ctx, &out); err != nil {
		return "" // only where the reader has gone
	}
	if c.texts == nil || len(c.texts) >= mostRowTexts {
		c.texts = map[rowText]drawnRow{}
	}
	text := oneLine.Replace(out.String())
	c.texts[at] = drawnRow{row, text}
	return text
}

func (c *rowTexts) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts = nil
}

// matches remembers which rows a view's query selects, so that it is asked
// once for all who see them.
type matches struct {
	mu    sync.Mutex
	known map[live.Key]matched
}

type matched struct {
	app live.Application
	yes bool
}

const mostMatches = 1024

// left names the rows that the query does not select, or no longer.
func (m *matches) left(q live.Query, rows []live.Row) (ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) > mostMatches {
		m.known = map[live.Key]matched{}
	}
	var unknown []live.Row
	for _, r := range rows {
		if k, ok := m.known[r.Key()]; !ok || k.app != r.Application {
			unknown = append(unknown, r)
		}
	}
	if len(unknown) > 0 {
		selected := selects(q, unknown)
		for _, r := range unknown {
			m.known[r.Key()] = matched{r.Application, selected[r.Key()]}
		}
	}
	for _, r := range rows {
		if !m.known[r.Key()].yes {
			ids = append(ids, page.RowID(r.Key()))
		}
	}
	return ids
}

// selects asks a query of a few rows alone, whatever page they would be on.
func selects(q live.Query, rows []live.Row) map[live.Key]bool {
	t := live.NewTable(nil)
	for _, r := range rows {
		t.Restore(live.Recollection{Instance: r.Instance, States: []live.Memory{{Namespace: r.Namespace, Name: r.Name, Health: r.Health, Sync: r.Sync, Since: r.Since}}})
		t.Upsert(r.Application)
	}
	out := make(map[live.Key]bool, len(rows))
	for r := range t.Select(q) {
		out[r.Key()] = true
	}
	return out
}
