// Package journey holds the tests that use Deckplan as people do: the real
// program, a real Chromium, real Argo CD API servers, by clicks and keys. A
// page's condition is waited for, never a fixed time. Every page that a test
// sees must be free of script errors, of refusals by the content security
// policy and of requests to anywhere else.
package journey
