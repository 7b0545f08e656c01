package argocdtest

import (
	"time"

	servercache "github.com/argoproj/argo-cd/v2/server/cache"
	cacheutil "github.com/argoproj/argo-cd/v2/util/cache"
	"github.com/argoproj/argo-cd/v2/util/cache/appstate"
)

// newCache is the server's cache, in memory. testdata/v3 has the one of v3,
// which takes other arguments.
func newCache() *servercache.Cache {
	return servercache.NewCache(appstate.NewCache(cacheutil.NewCache(cacheutil.NewInMemoryCache(time.Hour)), time.Minute),
		time.Minute, time.Minute, time.Minute)
}
