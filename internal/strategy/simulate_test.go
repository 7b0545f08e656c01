package strategy

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"deckplan/internal/plan"
)

func TestFenceposts_AreKubernetesOwn(t *testing.T) {
	for n, want := range map[int][2]int{1: {1, 0}, 2: {1, 0}, 3: {1, 0}, 4: {1, 1}, 5: {2, 1}, 10: {3, 2}} {
		if surge, less := Fenceposts(n, 0.25, 0.25); surge != want[0] || less != want[1] {
			t.Errorf("%d replicas: %d more, %d fewer, want %v", n, surge, less, want)
		}
	}
	if surge, less := Fenceposts(4, 0, 0.1); surge != 0 || less != 1 {
		t.Errorf("where rounding leaves nothing one replica may be missing, got %d and %d", surge, less)
	}
}

// What a controller asks for, stable and canary, until it asks for no more; all
// that is asked for has become available in between.
func TestBasicCanary_AsArgoRollouts(t *testing.T) {
	for _, c := range []struct {
		weight, surge, less int
		want                string
	}{
		{20, 2, 0, "10/2 8/2"}, {50, 2, 1, "9/2 7/3 6/5 5/5"}, {30, 0, 2, "8/0 8/2 7/2 7/3"}, {41, 1, 1, "9/1 8/2 7/3 6/4"},
	} {
		canary, stable, got := Set{}, Set{10, 10}, ""
		for range 20 {
			x, y := BasicCanary(10, c.weight, c.surge, c.less, canary, stable)
			if x == canary.Count && y == stable.Count {
				break
			}
			canary, stable = Set{x, x}, Set{y, y}
			got += fmt.Sprintf(" %d/%d", y, x)
		}
		if len(got) == 0 || got[1:] != c.want {
			t.Errorf("weight %d, surge %d, unavailable %d: %s, want %s", c.weight, c.surge, c.less, got, c.want)
		}
	}
}

func TestWeights_GrowToEveryone(t *testing.T) {
	for _, c := range []struct {
		share, growth float64
		want          string
	}{{0.05, 3, "[5 15 45 100]"}, {0.001, 10, "[1 10 100]"}, {1, 2, "[100]"}, {0.99, 1, "[99 100]"}, {0, 0, "[1 2 3 4 5 6 7 100]"}} {
		if got := fmt.Sprint(Weights(c.share, c.growth)); got != c.want && c.share > 0 {
			t.Errorf("%v by %v: %s, want %s", c.share, c.growth, got, c.want)
		}
	}
}

// release is one of ten replicas at 100 requests a second.
func releaseOf(r plan.Rollout, change ...func(*Release)) Release {
	out := Release{Rollout: r, Replicas: 10, Start: 20, Stop: 10, Surge: 3, Less: 2, Pause: 300, Switch: 5, Delay: 30,
		Demand: 100, Load: 0.6, Cold: 0.7, MinWeight: 0.1, Aggression: 1}
	for i := range out.Steps {
		out.Steps[i] = 100
	}
	copy(out.Steps[:], Weights(0.05, 3))
	for _, f := range change {
		f(&out)
	}
	return out
}

func byRouter(r *Release)  { r.ByRouter = true }
func bad(r *Release)       { r.Bad, r.Failures, r.React = 0.2, 100, 60 }
func slowStart(r *Release) { r.WarmUp = plan.WarmBySlowStart }
func warm(r *Release)      { r.Warm = 60 }
func warmed(r *Release)    { r.Warm, r.WarmUp = 60, plan.WarmByRequests }

// What is there in chosen seconds, worked out by hand: old and new ready,
// starting, stopping.
func TestSimulate_PodsByHand(t *testing.T) {
	for _, c := range []struct {
		release Release
		want    map[int]string
	}{
		{releaseOf(plan.Recreate), map[int]string{0: "0 0 0 10", 9: "0 0 0 10", 10: "0 0 10 0", 30: "0 10 0 0"}},
		// 8 stay and 5 start; 5 are ready, so 5 old ones may go and 5 start, and the last 3 are in excess
		{releaseOf(plan.RollingUpdate), map[int]string{0: "8 0 5 2", 10: "8 0 5 0", 20: "3 5 5 5", 30: "3 5 5 0", 40: "0 10 0 3", 50: "0 10 0 0"}},
		{releaseOf(plan.BlueGreen), map[int]string{0: "10 0 10 0", 20: "10 10 0 0", 25: "10 10 0 0", 54: "10 10 0 0", 55: "0 10 0 10", 65: "0 10 0 0"}},
		// 5, 15, 45, 100 %: 1, 2, 5, 10 replicas, each step 20 s to start, 5 s to switch, 300 s to watch
		{releaseOf(plan.Canary, byRouter), map[int]string{0: "10 0 1 0", 20: "10 1 0 0", 325: "10 1 1 0", 345: "10 2 0 0", 650: "10 2 3 0", 975: "10 5 5 0", 1000: "10 10 0 0", 1030: "0 10 0 10"}},
		// of ten or eleven replicas one of eleven comes closest to 5 %, two of eleven to 15, five to 45
		{releaseOf(plan.Canary), map[int]string{0: "10 0 1 0", 320: "9 1 1 1", 640: "6 2 3 3", 660: "6 5 0 0", 960: "3 5 5 3", 980: "0 10 0 3", 1000: "0 10 0 0"}},
	} {
		var got Run
		got.Totals = Simulate(c.release, func(s *Second, lasts int) { got.Stretches = append(got.Stretches, Stretch{*s, lasts}) })
		for at, want := range c.want {
			s := got.At(at)
			if text := fmt.Sprint(s.Old, s.New, s.Starting, s.Stopping); text != want {
				t.Errorf("%s, router %v, second %d: %s, want %s", c.release.Rollout, c.release.ByRouter, at, text, want)
			}
		}
	}
}

func TestSimulate_TotalsByHand(t *testing.T) {
	for _, c := range []struct {
		name    string
		release Release
		read    func(Totals) float64
		want    float64
	}{
		{"nobody is served while Recreate stops and starts", releaseOf(plan.Recreate), func(o Totals) float64 { return o.Refused }, 3000},
		{"at 90 % load, two missing replicas are a tenth too many", releaseOf(plan.RollingUpdate, func(r *Release) { r.Load = 0.9 }), func(o Totals) float64 { return o.Refused },
			20*(100-8/0.9*10) + 20*(100-8/0.9*10)},
		{"cold replicas answer everybody for 60 s", releaseOf(plan.Recreate, warm), func(o Totals) float64 { return o.Slow }, 6000},
		{"and nobody where they were warmed up first", releaseOf(plan.Recreate, warmed), func(o Totals) float64 { return o.Slow }, 0},
		{"which takes the service down for longer", releaseOf(plan.Recreate, warmed), func(o Totals) float64 { return float64(o.Down) }, 90},
		{"slow start spares nobody where all replicas are new", releaseOf(plan.Recreate, warm, slowStart), func(o Totals) float64 { return o.Slow }, 6000},
		{"Blue/Green keeps ten more replicas for 20 + 5 + 30 s, and 10 s to stop", releaseOf(plan.BlueGreen), func(o Totals) float64 { return o.ExtraHours }, 10 * 65.0 / 3600},
		// 20 failures a second from second 30 on: the hundredth by 35, the alarm at 95, down for 30 s again
		{"Recreate's alarm", releaseOf(plan.Recreate, bad), func(o Totals) float64 { return float64(o.Alarm) }, 95},
		{"Recreate's failures", releaseOf(plan.Recreate, bad), func(o Totals) float64 { return o.Failed }, 3000 + 65*20 + 3000},
		// 1 failure a second at 5 %: 2.5 while the weight spreads (20 to 25), the hundredth at 123
		{"a canary's alarm waits for its few users", releaseOf(plan.Canary, byRouter, bad), func(o Totals) float64 { return float64(o.Alarm) }, 25 + 98 + 60},
		{"a canary's failures", releaseOf(plan.Canary, byRouter, bad), func(o Totals) float64 { return o.Failed }, 2.5 + 158 + 2.5},
		{"its way back is a weight", releaseOf(plan.Canary, byRouter, bad), func(o Totals) float64 { return float64(o.Rollback) }, 5},
		{"Blue/Green's old set is gone at the alarm", releaseOf(plan.BlueGreen, bad), func(o Totals) float64 { return float64(o.Rollback) }, 25},
		{"or stands, where it is kept", releaseOf(plan.BlueGreen, bad, func(r *Release) { r.Delay = 600 }), func(o Totals) float64 { return float64(o.Rollback) }, 5},
	} {
		if got := c.read(Simulate(c.release, nil)); math.Abs(got-c.want) > 1e-6*max(1, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSimulate_SlowStartSparesUsersOfAPool(t *testing.T) {
	plain, spared := Simulate(releaseOf(plan.RollingUpdate, warm), nil), Simulate(releaseOf(plan.RollingUpdate, warm, slowStart), nil)
	if spared.Slow >= plain.Slow*0.95 || spared.Slow <= 0 {
		t.Errorf("slow requests %v with slow start, %v without", spared.Slow, plain.Slow)
	}
	for age, want := range map[int]float64{0: 0.1, 3: 0.1, 30: 0.5, 59: 59.0 / 60, 60: 1} {
		r := releaseOf(plan.RollingUpdate, warm, slowStart)
		if got := r.lets(age); math.Abs(got-want) > 1e-9 {
			t.Errorf("after %d of 60 s the weight is %v, want %v", age, got, want)
		}
	}
	r := releaseOf(plan.RollingUpdate, warm, slowStart, func(r *Release) { r.Aggression = 2 })
	if got := r.lets(15); math.Abs(got-0.5) > 1e-9 { // (15/60)^(1/2)
		t.Errorf("aggression 2: %v", got)
	}
}

// anyRelease draws a release.
func anyRelease(random *rand.Rand) Release {
	pick := func(xs ...int) int { return xs[random.IntN(len(xs))] }
	return releaseOf(Rollouts[random.IntN(4)], func(r *Release) {
		r.Replicas = pick(1, 2, 3, 7, 10, 40)
		r.Surge, r.Less = Fenceposts(r.Replicas, float64(pick(0, 10, 25, 100))/100, float64(pick(0, 10, 25, 50))/100)
		r.Start, r.Warm, r.Stop, r.Pause = pick(1, 7, 20), pick(0, 5, 45), pick(0, 3, 30), pick(0, 10, 60)
		r.Switch, r.Delay, r.ByRouter = pick(0, 1, 5), pick(0, 30, 90), random.IntN(2) == 0
		r.Load, r.Cold = float64(pick(30, 60, 95))/100, float64(pick(30, 70, 100))/100
		r.WarmUp = []plan.WarmUp{"", plan.WarmByRequests, plan.WarmBySlowStart}[random.IntN(3)]
		if random.IntN(2) == 0 {
			r.Bad, r.Failures, r.React = float64(pick(5, 20, 100))/100, float64(pick(1, 100, 900)), pick(0, 10, 60)
		}
	})
}

// Seconds between two events are jumped over; taking every one by itself gives
// the same.
func TestSimulate_JumpsAreSecondsTakenTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		r := anyRelease(random)
		const horizon = 1500
		every := func(each bool) (out []Second, o Totals) {
			e := engine{each: each}
			o = e.run(&r, func(s *Second, lasts int) {
				for i := range lasts {
					if len(out) < horizon {
						x := *s
						x.At, x.Failed, x.ExtraHours = s.At+i, 0, 0
						out = append(out, x)
					}
				}
			})
			return out, o
		}
		jumped, o := every(false)
		walked, w := every(true)
		if o.Alarm < 0 && r.Bad > 0 { // nobody noticed within a day
			continue
		}
		if len(jumped) != len(walked) || o.Done != w.Done || o.Alarm != w.Alarm || o.Rollback != w.Rollback || math.Abs(o.Failed-w.Failed) > 1e-6*max(1, w.Failed) || math.Abs(o.ExtraHours-w.ExtraHours) > 1e-6 {
			t.Fatalf("%+v\njumped %+v\nwalked %+v", r, o, w)
		}
		for i := range jumped {
			if jumped[i] != walked[i] {
				t.Fatalf("%+v\nsecond %d: %+v, by itself %+v", r, i, jumped[i], walked[i])
			}
		}
	}
}

// What Kubernetes and Argo Rollouts promise holds in every second, and a
// release ends.
func TestSimulate_KeepsWhatControllersPromise(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		r := anyRelease(random)
		var last Second
		o := Simulate(r, func(s *Second, _ int) {
			asked := s.Pods() - s.Stopping
			switch {
			case r.routed():
				if asked > 2*r.Replicas || s.Old+s.New < r.Replicas {
					t.Fatalf("%+v\n%+v", r, s)
				}
			case r.Rollout != plan.Recreate:
				if asked > r.Replicas+r.Surge || s.Old+s.New < r.Replicas-r.Less {
					t.Fatalf("%+v\n%+v", r, s)
				}
			}
			if s.Share < 0 || s.Share > 1 || s.Refused < -1e-9 || s.Slow < 0 || s.Refused+s.Slow > r.Demand+1e-6 {
				t.Fatalf("%+v\n%+v", r, s)
			}
			last = *s
		})
		want := [2]int{0, r.Replicas}
		if o.Alarm >= 0 {
			want = [2]int{r.Replicas, 0}
		}
		if [2]int{last.Old, last.New} != want || last.Starting+last.Stopping != 0 || o.Alarm >= 0 && o.Rollback < 0 || o.Alarm < 0 && o.Done < 0 {
			t.Fatalf("%+v\nends with %+v, %+v", r, last, o)
		}
	}
}

// BenchmarkSimulate_1000 takes every second of an hour: a thousand services
// under four strategies each.
func BenchmarkSimulate_1000(b *testing.B) {
	var releases []Release
	for i := range 1000 {
		for _, r := range Rollouts {
			releases = append(releases, releaseOf(r, func(x *Release) {
				x.Replicas, x.Start, x.Warm, x.ByRouter = 1+i%40, 5+i%90, i%60, i%3 == 0
				x.Surge, x.Less = Fenceposts(x.Replicas, 0.25, 0.25)
				x.Bad, x.Failures, x.React = 0.2, 100, 60
			}))
		}
	}
	var e engine
	seconds, share := 0, 0.0
	for b.Loop() {
		seconds = 0
		for i := range releases {
			e.run(&releases[i], func(s *Second, lasts int) {
				if lasts == 0 {
					lasts = max(0, 3600-s.At)
				}
				now := *s
				for now.At < min(s.At+lasts, 3600) {
					share += now.Share
					now.Failed += now.Refused + now.Failing
					now.At++
					seconds++
				}
			})
		}
	}
	b.ReportMetric(float64(seconds), "seconds/op")
	if seconds != 1000*4*3600 || share == 0 {
		b.Fatalf("%d seconds", seconds)
	}
}
