package argocdtest

import (
	"time"

	servercache "github.com/argoproj/argo-cd/v3/server/cache"
	cacheutil "github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/cache/appstate"
)

// newCache is the server's cache, in memory.
func newCache() *servercache.Cache {
	return servercache.NewCache(appstate.NewCache(cacheutil.NewCache(cacheutil.NewInMemoryCache(time.Hour)), time.Minute),
		time.Minute, time.Minute)
}
