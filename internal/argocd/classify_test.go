package argocd

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"deckplan/internal/live"
)

func TestClassify_HidesATokenThatAServerSaysBack(t *testing.T) {
	// The end of a long answer is cut off; the token must not stay in half.
	for _, before := range []string{"", strings.Repeat("x", maxDetail-30)} {
		err := status.Error(codes.Unauthenticated, before+" invalid token "+secret)
		reason, detail := classify(err, &handshakes{sent: []string{secret}})
		if reason != live.Unauthenticated || strings.Contains(detail, secret[:8]) {
			t.Errorf("%s: %s", reason, detail)
		}
	}
}
