package scan

import "deckplan/internal/plan"

// flow is one CI definition on its way to a pipeline.
type flow struct {
	name, file string
	line       int
	tool       string         // of the catalogue, that runs it
	starts     []plan.Trigger // what starts its first jobs
	after      []string       // names of flows whose end starts it
	jobs       []*job
	called     bool // only others call it
}

// job is a part of a flow that one machine runs: it becomes one stage, or one
// for each kind of work found in it.
type job struct {
	key, name string
	file      string // where it stands; empty: the flow's
	line      int
	needs     []string // keys; all of them lead to this one
	trigger   plan.Trigger
	role      string // who must consent; empty for nobody
	gate      bool   // an approval and nothing else
	steps     []step
	secrets   []string // names that the whole job sees
	reads     bool     // the forge's own token may not write to the source
}

// step is a script, or something ready-made that is named.
type step struct {
	file    string // where it stands; empty: the job's
	name    string
	line    int
	script  string
	from    int    // line of the script's first
	uses    string // an action, an orb's command, a task
	image   string
	args    []string // what the image is told to do
	with    map[string]string
	secrets []string
	creds   []plan.Credential // told outright
	done    *work             // known already
}

// ends are the keys of the jobs that no other job needs.
func ends(jobs []*job) []string {
	needed := map[string]bool{}
	for _, j := range jobs {
		for _, n := range j.needs {
			needed[n] = true
		}
	}
	var out []string
	for _, j := range jobs {
		if !needed[j.key] {
			out = append(out, j.key)
		}
	}
	return out
}
