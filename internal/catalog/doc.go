// Package catalog is what Deckplan knows about tools and about Argo CD: facts
// compiled from public sources, each with its source and the date it was read.
// They are embedded, so that the program needs no internet to show them, and
// every one of them is a default that a plan may override.
//
// A fact nobody looked up is "unknown", never "no"; a fact that rests on
// general knowledge is marked unverified and stays so until a source is added.
package catalog
