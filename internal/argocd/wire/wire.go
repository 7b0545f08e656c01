// Package wire is a subset of Argo CD's and Kubernetes' protobuf schema: the
// same packages, messages and field numbers, with only the fields Deckplan
// shows. Decode it with unknown fields discarded.
//
// The generated files are committed. After changing a .proto file, run
// go generate; no protoc is needed. A test of the generator fails when a
// committed file is not current.
package wire

//go:generate go run ./protogen
