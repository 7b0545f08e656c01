// Package rollouttest compares the simulation and the manifests with what they
// stand for: Argo Rollouts' own calculation of replicas, and the API types of
// Kubernetes, Argo Rollouts, Gateway API and Istio. It is a module of its own
// because Argo Rollouts pins another Kubernetes than Deckplan's other
// dependencies.
package rollouttest
