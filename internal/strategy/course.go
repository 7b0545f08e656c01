package strategy

import "math"

// Moment is where a release stands from a time on, until the next moment.
type Moment struct {
	At       float64 // seconds since the release began
	Share    float64 // fraction of users who are answered by the new version
	Old, New int     // replicas ready for users, by version
	Pods     int     // replicas in all, those that start or stop included
}

const (
	mostMoments = 48 // of a course; finer ones are drawn together
	mostSteps   = 16 // of a canary
)

// course is a release under one strategy. It is a value of fixed size: ten
// thousand services are followed without an allocation.
type course struct {
	n       int
	moments [mostMoments]Moment
}

func (c *course) add(m Moment) {
	if c.n < mostMoments {
		c.moments[c.n] = m
		c.n++
	}
}

// fenceposts gives by how many replicas a rolling update may exceed and fall
// short of n: surge is rounded up, unavailable down, and where both come to
// nothing one replica may be missing. Source: Kubernetes, ResolveFenceposts.
func fenceposts(n int, maxSurge, maxUnavailable float64) (surge, less int) {
	surge = int(math.Ceil(float64(n)*maxSurge - 1e-9))
	less = int(math.Floor(float64(n)*maxUnavailable + 1e-9))
	if surge == 0 && less == 0 {
		less = 1
	}
	return surge, min(less, n)
}

// recreate stops everything, then starts everything.
func (a *analyser) recreate(c *comparison) {
	out, n := &c.courses[0], c.replicas
	out.add(Moment{Pods: n})
	out.add(Moment{At: a.stop + c.start, Share: 1, New: n, Pods: n})
}

// rolling replaces surge + less replicas at a time: each wave takes as long as
// a replica needs to start (minReadySeconds is 0 by default), and users are
// spread evenly over the replicas that are ready. Replicas that are shutting
// down are not counted. Above the size of a course, waves are taken together.
func (a *analyser) rolling(c *comparison) {
	out, n := &c.courses[1], c.replicas
	waves := (n + c.batch - 1) / c.batch
	together := (waves + mostMoments - 3) / (mostMoments - 2)
	out.add(Moment{Old: n - c.less, Pods: min(n+c.surge, n-c.less+min(c.batch, n))})
	for k := together; ; k += together {
		k = min(k, waves)
		fresh := min(k*c.batch, n)
		old := max(0, n-c.less-fresh)
		pods := n
		if k < waves {
			pods = max(n, min(n+c.surge, fresh+old+min(c.batch, n-fresh)))
		}
		out.add(Moment{At: float64(k) * c.start, Share: float64(fresh) / float64(fresh+old), Old: old, New: fresh, Pods: pods})
		if k == waves {
			return
		}
	}
}

// blueGreen brings up a second full set, warms it up with test traffic, and
// moves every user at once. While the change spreads over the nodes, half of
// the users are taken to be on either side. The old set stays for
// scaleDownDelaySeconds.
func (a *analyser) blueGreen(c *comparison) {
	out, n := &c.courses[2], c.replicas
	ready := c.start + c.warm
	out.add(Moment{Old: n, Pods: 2 * n})
	out.add(Moment{At: ready, Share: 0.5, Old: n, New: n, Pods: 2 * n})
	out.add(Moment{At: ready + a.change, Share: 1, Old: n, New: n, Pods: 2 * n})
	out.add(Moment{At: ready + a.change + a.delay, Share: 1, New: n, Pods: n})
}

// steps calls each with the canary's shares: the first, then growing by a
// factor up to the whole.
func (a *analyser) steps(each func(share float64)) {
	share, growth := max(a.share, 0.001), max(a.growth, 1.1)
	for i := 0; i < mostSteps && share < 1-1e-9; i++ {
		each(share)
		share *= growth
	}
	each(1)
}

// canaryByRouter moves users by weight while the old set stays whole, so that
// replicas come to twice the number before the old ones go. Each step waits
// for its replicas to start and then pauses.
func (a *analyser) canaryByRouter(c *comparison) {
	out, n := &c.courses[3], c.replicas
	at, share, fresh := 0.0, 0.0, 0
	a.steps(func(next float64) {
		want := int(math.Ceil(float64(n)*next - 1e-9))
		out.add(Moment{At: at, Share: share, Old: n, New: fresh, Pods: n + want})
		at, share, fresh = at+c.start, next, want
		out.add(Moment{At: at, Share: share, Old: n, New: fresh, Pods: n + want})
		at += a.pause
	})
	out.add(Moment{At: at - a.pause + a.delay, Share: 1, New: n, Pods: n})
}

// canaryByPods has no router: a step's share is the share of replicas, to the
// nearest whole replica, ties rounded up. Replicas are exchanged as in a
// rolling update.
func (a *analyser) canaryByPods(c *comparison) {
	out, n := &c.courses[3], c.replicas
	at, fresh := 0.0, 0
	a.steps(func(next float64) {
		want := min(n, max(1, int(math.Floor(float64(n)*next+0.5))))
		if want == fresh {
			return
		}
		if fresh > 0 {
			at += a.pause
		}
		waves := (want - fresh + c.batch - 1) / c.batch
		old := max(0, n-fresh-c.less)
		share := float64(fresh) / float64(max(1, fresh+old))
		out.add(Moment{At: at, Share: share, Old: old, New: fresh, Pods: n + c.surge})
		at, fresh = at+float64(waves)*c.start, want
		out.add(Moment{At: at, Share: float64(fresh) / float64(n), Old: n - fresh, New: fresh, Pods: n})
	})
}
