package argocd

import "deckplan/internal/live"

// Types of watch events.
const (
	eventAdded   = "ADDED"
	eventDeleted = "DELETED"
)

// Limits of what is kept of a text, in bytes.
const (
	maxName    = live.MaxName
	maxURL     = live.MaxURL
	maxMessage = live.MaxMessage
)

func clip(s string, limit int) string { return live.Clip(s, limit) }

// row makes a table row of an application; ok is false if it has no name, or
// one that cannot be real.
func row(instance string, a application, clusters map[string]string) (out live.Application, ok bool) {
	meta, spec, state := a.GetMetadata(), a.GetSpec(), a.GetStatus()
	if !live.IsName(meta.GetName()) || meta.GetNamespace() != "" && !live.IsName(meta.GetNamespace()) {
		return out, false
	}
	source, destination := spec.GetSource(), spec.GetDestination()
	if all := spec.GetSources(); len(all) > 0 { // several sources: the first, as Argo CD itself shows
		source = all[0]
	}
	revision := state.GetSync().GetRevision()
	if all := state.GetSync().GetRevisions(); revision == "" && len(all) > 0 {
		revision = all[0]
	}
	path := source.GetPath()
	if path == "" {
		path = source.GetChart()
	}
	operation := state.GetOperationState()
	out = live.Application{
		Instance: instance, Namespace: clip(meta.GetNamespace(), maxName), Name: clip(meta.GetName(), maxName),
		ResourceVersion: clip(meta.GetResourceVersion(), maxName),
		Project:         clip(spec.GetProject(), maxName),
		Cluster:         clip(destination.GetName(), maxName),
		Server:          clip(destination.GetServer(), maxURL),
		DestNamespace:   clip(destination.GetNamespace(), maxName),
		Health:          clip(state.GetHealth().GetStatus(), maxName),
		HealthMessage:   clip(state.GetHealth().GetMessage(), maxMessage),
		Sync:            clip(state.GetSync().GetStatus(), maxName),
		Phase:           clip(operation.GetPhase(), maxName), OperationMessage: clip(operation.GetMessage(), maxMessage),
		Revision: clip(revision, maxName), TargetRevision: clip(source.GetTargetRevision(), maxName),
		RepoURL: clip(source.GetRepoURL(), maxURL), Path: clip(path, maxURL),
	}
	if out.Cluster == "" {
		out.Cluster = clusters[out.Server]
	}
	if out.Cluster == "" {
		out.Cluster = out.Server
	}
	if conditions := state.GetConditions(); len(conditions) > 0 {
		out.Condition = clip(conditions[0].GetMessage(), maxMessage)
	}
	for _, owner := range meta.GetOwnerReferences() {
		if owner.GetKind() == "ApplicationSet" {
			out.Set = clip(owner.GetName(), maxName)
		}
	}
	out.LastSync, out.Images, out.Workloads = operation.GetFinishedAt().Moment(), live.JoinImages(state.GetSummary().GetImages()), a.workloads.String()
	return out, true
}
