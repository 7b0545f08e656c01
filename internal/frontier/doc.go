// Package frontier searches for layouts: the frontier of yearly cost against
// delivery radius over all assignments of what is delivered to Argo CD
// instances that break no rule of the team and leave nothing out of reach.
// Every figure in it comes from the functions that package layout analyses
// with, so a point analyses to what the search says of it.
//
// # What is searched
//
// Instances push. One that delivers to a production cluster has HA, as the
// presets have, and every one has the least number of controller shards that
// the guidance asks for (Index.Shards). It runs on a cluster that the rules
// allow and that reaches what it delivers to, or, where the rules name no
// hosts and no cluster will do, outside them at the price of a host.
//
// # How
//
// What rules keep apart, and what no one host reaches, falls into classes that
// share no instance. Within a class the least radius for k instances is
// multiway number partitioning, the least k for a radius bin packing. Each
// class gives a staircase of cost against radius; as the cost of a layout is
// the sum over its classes and its radius the largest of theirs, one sweep
// over the radius merges them. Three things break that picture: thresholds (HA
// and shards make instances of different prices), hosts that reach only some
// of a class, and hosts that instances share. They are handled by heuristics
// from above and by relaxations from below (every threshold met as well as it
// can be, every host free of charge and of other tenants), and what is left
// between the two is reported with each point. A class of at most two dozen
// slots is also enumerated, thresholds and reach included, and where the rules
// name the hosts, a plan of up to 64 slots, as far as the nodes last.
//
// Lower bounds: ⌈Σ/k⌉; the pigeonhole bound (of the jk+1 heaviest, j+1 share an
// instance); L2 of Martello and Toth (Knapsack Problems, 1990, ch. 8), which
// bounds bins for a radius, hence the radius for k; dual feasible functions of
// Fekete and Schepers (2001). Upper bounds: LPT, MULTIFIT, local search by moves
// and swaps, a seeded walk over re-splits of two instances. Exact: bin completion (Korf, A New
// Algorithm for Optimal Bin Packing, 2002) with its dominance. Limits are
// counts of nodes, so the same plan always gives the same frontier.
//
// # Why no solver
//
// No solver in pure Go serves here. The SAT and pseudo-Boolean ones
// (crillab/gophersat, go-air/gini) meet the symmetry of equal instances and
// the sums of weights with clauses alone, the mixed-integer one
// (daniel-sullivan/go-milp) is months old, and a linear relaxation of an
// assignment to k instances says no more than ⌈Σ/k⌉ in any case: COIN-OR CBC, in
// C++, has often not settled one k of twenty items by the time the code here
// has settled every k many times over (TestSearch_AgreesWithCBC prints both).
// So it is written here, and held against every partition and every layout of
// small plans.
//
// # How a page calls it
//
// Search is for a job, not for a request: run it on a goroutine with a context
// that ends with the job, show Progress, and keep the Frontier by (plan,
// revision, base). Points come cheapest last, by rising radius; draw Radius
// against Cost with BoundRadius as a whisker to the left, and say Proven where
// there is none. For the point a user picks, Arrangement gives what
// layout.Index.Analyse, figure and layout.Adopt take (Adopt leaves it unnamed),
// and Groups says what each instance holds and how that can be described.
// Where Points is empty, Stranded or the two Over counts say why.
package frontier
