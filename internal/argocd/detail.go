package argocd

import (
	"cmp"
	"context"
	"slices"
	"time"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// Limits of what is kept of one application.
const (
	maxResources  = 2000
	maxSyncs      = 100
	maxConditions = 100
	maxSources    = 50
)

// Detail reads one application of a watched instance in full. It uses the
// connection that is open, or one of its own where none is. Errors are
// *live.Failure.
func (f *Fleet) Detail(ctx context.Context, k live.Key) (live.Detail, error) {
	f.mu.RLock()
	m := f.members[k.Instance]
	f.mu.RUnlock()
	if m == nil {
		return live.Detail{}, &live.Failure{Reason: live.Misconfigured, Detail: "no connection to " + k.Instance}
	}
	ctx, cancel := context.WithTimeout(ctx, f.options.CallTimeout)
	defer cancel()
	c := m.instance.shared()
	if c == nil {
		a := open(ctx, m.connection, f.options, live.NoProtocol)
		defer a.leave()
		if a.err != nil {
			reason, detail := a.reason()
			return live.Detail{}, &live.Failure{Reason: reason, Detail: detail}
		}
		c = a
	}
	w, err := c.get(ctx, k.Namespace, k.Name)
	if err != nil {
		reason, detail := classify(err, c.met())
		return live.Detail{}, &live.Failure{Reason: reason, Detail: detail}
	}
	out, ok := detailOf(k, w, names(f.table.Scope(k.Instance).Clusters))
	if !ok {
		return live.Detail{}, &live.Failure{Reason: live.NotArgoCD, Detail: "the answer is about another application"}
	}
	out.Read = f.options.Now()
	if r, known := f.table.Get(k); known && r.Health == out.Health && r.Sync == out.Sync {
		out.Since = r.Since
	}
	return out, nil
}

// detailOf converts an answer; ok is false where it is not about k.
func detailOf(k live.Key, w *whole, clusters map[string]string) (out live.Detail, ok bool) {
	if out.Application, ok = row(k.Instance, w.application, clusters); !ok || out.Name != k.Name || k.Namespace != "" && out.Namespace != k.Namespace {
		return live.Detail{}, false
	}
	state := w.Application.GetStatus()
	conditions := state.GetConditions()
	for _, c := range conditions[:min(len(conditions), maxConditions)] {
		out.Conditions = append(out.Conditions, live.Condition{Type: clip(c.GetType(), maxName), Message: clip(c.GetMessage(), maxMessage), At: c.GetLastTransitionTime().Moment()})
	}
	out.Sources = sources(w.GetSpec().GetSource(), w.GetSpec().GetSources(), state.GetSync().GetRevision(), state.GetSync().GetRevisions())
	full := w.detail.GetStatus()
	resources := full.GetResources()
	for _, r := range resources[:min(len(resources), maxResources)] {
		out.Resources = append(out.Resources, live.Resource{Group: clip(r.GetGroup(), maxName), Kind: clip(r.GetKind(), maxName), Namespace: clip(r.GetNamespace(), maxName),
			Name: clip(r.GetName(), maxName), Sync: clip(r.GetStatus(), maxName), Health: clip(r.GetHealth().GetStatus(), maxName),
			Message: clip(r.GetHealth().GetMessage(), maxMessage), Hook: r.GetHook(), Prune: r.GetRequiresPruning()})
	}
	history := full.GetHistory() // the oldest first
	for _, h := range slices.Backward(history[max(0, len(history)-maxSyncs):]) {
		out.History = append(out.History, live.Deployment{ID: h.GetId(), Started: h.GetDeployStartedAt().Moment(), Deployed: h.GetDeployedAt().Moment(),
			By: who(h.GetInitiatedBy()), Sources: sources(h.GetSource(), h.GetSources(), h.GetRevision(), h.GetRevisions())})
	}
	out.Cut = max(0, len(resources)-maxResources) + max(0, len(history)-maxSyncs)
	out.Operation = operationOf(state.GetOperationState(), full.GetOperationState())
	return out, true
}

func operationOf(o *wire.OperationState, more *wire.DetailOperation) live.Operation {
	finished := o.GetFinishedAt().Moment()
	if finished.Before(more.GetStartedAt().Moment()) { // of the one before
		finished = time.Time{}
	}
	return live.Operation{Phase: clip(o.GetPhase(), maxName), Message: clip(o.GetMessage(), maxMessage), Started: more.GetStartedAt().Moment(), Finished: finished,
		By: who(more.GetOperation().GetInitiatedBy()), Retries: more.GetRetryCount(),
		Revision: clip(cmp.Or(more.GetSyncResult().GetRevision(), first(more.GetSyncResult().GetRevisions()),
			more.GetOperation().GetSync().GetRevision(), first(more.GetOperation().GetSync().GetRevisions())), maxName)}
}

// sources joins sources with the revisions they are at: of several sources
// where there are any, as Argo CD itself does.
func sources(one *wire.ApplicationSource, several []*wire.ApplicationSource, revision string, revisions []string) (out []live.Source) {
	if len(several) == 0 && one != nil {
		several, revisions = []*wire.ApplicationSource{one}, []string{revision}
	}
	for n, s := range several[:min(len(several), maxSources)] {
		source := live.Source{RepoURL: clip(s.GetRepoURL(), maxURL), Path: clip(s.GetPath(), maxURL), Chart: clip(s.GetChart(), maxName), TargetRevision: clip(s.GetTargetRevision(), maxName)}
		if n < len(revisions) {
			source.Revision = clip(revisions[n], maxName)
		}
		out = append(out, source)
	}
	return out
}

// who tells who began something.
func who(i *wire.OperationInitiator) string {
	if i.GetAutomated() {
		return "automated"
	}
	return clip(i.GetUsername(), maxName)
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
