package live

import (
	"fmt"
	"slices"
	"sync"
)

// kept holds the answers given since the table last changed, so that many
// readers of one view cost one scan.
type kept struct {
	mu      sync.Mutex
	version uint64
	answers map[string]*keptAnswer
}

type keptAnswer struct {
	once   sync.Once
	result Result
}

// Bounds of what is kept: answers, and rows in one of them.
const (
	answersKept = 32
	rowsKept    = 200
)

// key names a query by what it asks; ok is false where its answer must not be
// kept: it depends on the time of day, on an unnamed function, or is long.
func (q *Query) key() (key string, ok bool) {
	if q.Limit < 0 || q.Limit > rowsKept || q.Timed() || q.Owner != nil && q.OwnerKey == "" {
		return "", false
	}
	return fmt.Sprintf("%q", [][]string{{q.Text, q.Search.String(), string(q.Sort), string(q.Group), q.OwnerKey},
		q.Health, q.Sync, q.Instance, q.Cluster, q.Project, q.Operation, q.Namespace, q.Owners, q.Fold, q.Open,
		{fmt.Sprint(q.Attention, q.Descending, q.Offset, q.Limit, q.Owner != nil)}}), true
}

// Timed tells whether the answer depends on the time of day.
func (q *Query) Timed() bool { return q.Search.timed() }

// answer gives the kept answer, or takes one; several that ask at once wait for
// the same. How current rows are is always told anew.
func (k *kept) answer(version uint64, key string, status map[string]Row, take func() Result) Result {
	k.mu.Lock()
	if k.version != version || k.answers == nil || len(k.answers) >= answersKept && k.answers[key] == nil {
		k.version, k.answers = version, map[string]*keptAnswer{}
	}
	a := k.answers[key]
	if a == nil {
		a = &keptAnswer{}
		k.answers[key] = a
	}
	k.mu.Unlock()
	a.once.Do(func() { a.result = take() })
	out := a.result
	out.Rows = slices.Clone(out.Rows)
	for i := range out.Rows {
		if now, ok := status[out.Rows[i].Instance]; ok {
			now.Application = out.Rows[i].Application
			out.Rows[i] = now
		}
	}
	return out
}
