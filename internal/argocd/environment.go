package argocd

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"deckplan/internal/connect"
)

const envPrefix = "DECKPLAN_ARGOCD_"

// Problem is something wrong with the environment or a file of connections: a
// message id with its arguments, for the sentence in the reader's language. It
// never holds a token.
type Problem struct {
	Where string // the variable, or file:line
	ID    string
	Args  map[string]any
}

// The settings of an instance, longest first because one ends with another.
var envSettings = []string{"TOKEN_FILE", "INSECURE", "PROJECTS", "PROTOCOL", "SELECTOR", "CA_FILE", "TOKEN", "PIN", "URL", "CA"}

var envName = regexp.MustCompile(`^[A-Z0-9]+(_[A-Z0-9]+)*$`)

// envInstance is what the environment says of one instance.
type envInstance struct {
	name   string            // as in the variables
	values map[string]string // by setting
}

// ParseEnvironment reads connections from DECKPLAN_ARGOCD_<NAME>_URL, _TOKEN,
// _TOKEN_FILE, _CA, _CA_FILE, _PIN, _INSECURE, _PROJECTS, _SELECTOR and
// _PROTOCOL, sorted by name. NAME in lower case with
// hyphens for underscores names the instance. Files are read once, to find
// faults early. All problems are returned, and only connections without one.
func ParseEnvironment(environ []string) ([]Connection, []Problem) {
	instances, problems := groupEnvironment(environ)
	var out []Connection
	for _, i := range instances {
		c, faults := i.connection()
		if len(faults) == 0 {
			out = append(out, c)
		}
		problems = append(problems, faults...)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.ID, b.ID))
	})
	return out, problems
}

// groupEnvironment sorts the variables by instance. A variable that begins like
// those of an instance and ends like no setting is a problem; other variables
// with the prefix are somebody else's.
func groupEnvironment(environ []string) ([]*envInstance, []Problem) {
	byName := map[string]*envInstance{}
	var strangers []string
	var problems []Problem
	for _, entry := range environ {
		variable, value, _ := strings.Cut(entry, "=")
		rest, ours := strings.CutPrefix(variable, envPrefix)
		if !ours {
			continue
		}
		name, setting := splitSetting(rest)
		switch {
		case setting == "":
			strangers = append(strangers, variable)
		case !envName.MatchString(name):
			problems = append(problems, problem(variable, "name_invalid", nil))
		default:
			if byName[name] == nil {
				byName[name] = &envInstance{name: name, values: map[string]string{}}
			}
			byName[name].values[setting] = strings.TrimSpace(value)
		}
	}
	out := make([]*envInstance, 0, len(byName))
	for _, i := range byName {
		out = append(out, i)
		for _, v := range strangers {
			if strings.HasPrefix(v, i.variable("")) {
				problems = append(problems, problem(v, "unknown_variable", map[string]any{"name": i.instanceName()}))
			}
		}
	}
	slices.SortFunc(out, func(a, b *envInstance) int { return cmp.Compare(a.name, b.name) })
	return out, problems
}

func splitSetting(rest string) (name, setting string) {
	for _, s := range envSettings {
		if name, ok := strings.CutSuffix(rest, "_"+s); ok {
			return name, s
		}
	}
	return "", ""
}

func problem(where, id string, args map[string]any) Problem {
	return Problem{Where: where, ID: "argocd.config." + id, Args: args}
}

func (i *envInstance) variable(setting string) string { return envPrefix + i.name + "_" + setting }

func (i *envInstance) instanceName() string {
	return strings.ToLower(strings.ReplaceAll(i.name, "_", "-"))
}

func (i *envInstance) connection() (Connection, []Problem) {
	c := Connection{Name: i.instanceName(), URL: i.values["URL"], Token: Secret(i.values["TOKEN"]),
		TokenFile: i.values["TOKEN_FILE"], CAFile: i.values["CA_FILE"], CA: i.values["CA"]}
	c = c.With(connect.Options{Pin: i.values["PIN"], Projects: i.values["PROJECTS"], Selector: i.values["SELECTOR"], Protocol: i.values["PROTOCOL"]})
	var out []Problem
	if v := i.values["INSECURE"]; v != "" {
		insecure, err := strconv.ParseBool(v)
		if err != nil {
			out = append(out, problem(i.variable("INSECURE"), "insecure_not_boolean", map[string]any{"name": c.Name, "value": v}))
		}
		c.Insecure = insecure
	}
	if e, err := c.endpoint(); err == nil {
		c.PlainText = e.plaintext
	}
	for _, f := range c.Faults() {
		setting := strings.ToUpper(f.Setting)
		args := map[string]any{"name": c.Name, "variable": i.variable("INSECURE"), "file_variable": i.variable("TOKEN_FILE"), "got": f.Got}
		if strings.HasSuffix(setting, "_FILE") { // other values may hold a secret
			args["path"] = i.values[setting]
		}
		out = append(out, problem(i.variable(setting), f.ID, args))
	}
	return c, out
}
