// Package migrations holds the database's schema, one numbered file a step.
// One set serves every database: portable types only.
package migrations

import "embed"

// Files are the goose migrations.
//
//go:embed *.sql
var Files embed.FS
