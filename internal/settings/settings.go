// Package settings is what a server is told by flags and the environment: the
// values as they are given, and what they mean once all are known to be right.
package settings

import (
	"cmp"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"deckplan/internal/argocd"
	"deckplan/internal/print"
	"deckplan/internal/seal"
)

// Flags are the values as given. They are texts: kong stops at the first that
// it cannot decode, and all faults are to be reported together.
type Flags struct {
	Listen          string `help:"Address to listen on." default:"127.0.0.1:8080" env:"DECKPLAN_LISTEN"`
	Database        string `help:"SQLite file; made if it is not there." default:"deckplan.db" env:"DECKPLAN_DATABASE"`
	Connections     string `help:"YAML file with connections to Argo CD, beside those of DECKPLAN_ARGOCD_… and of the browser." env:"DECKPLAN_CONNECTIONS"`
	PublicURL       string `help:"Address under which browsers reach Deckplan, such as https://deckplan.example.com." env:"DECKPLAN_PUBLIC_URL"`
	LogFormat       string `help:"text, json, or auto: text on a terminal." default:"auto" env:"DECKPLAN_LOG_FORMAT"`
	LogLevel        string `help:"debug, info, warn or error." default:"info" env:"DECKPLAN_LOG_LEVEL"`
	SecretKeyFile   string `help:"File with the key that seals tokens; made if it is not there. DATABASE.key if empty. DECKPLAN_SECRET_KEY may hold the key itself." env:"DECKPLAN_SECRET_KEY_FILE"`
	TokenFolder     string `help:"Folder whose files connections made in the browser may name as token files, each NAME for the server on the first line of NAME.url; none if empty." env:"DECKPLAN_TOKEN_FOLDER"`
	SnapshotFolder  string `help:"Folder that is watched for snapshots of instances that cannot be reached; none if empty." env:"DECKPLAN_SNAPSHOT_FOLDER"`
	LiveHistory     string `help:"How long changes of applications and connections are kept, such as 90d or 12h; 0 keeps none." default:"90d" env:"DECKPLAN_LIVE_HISTORY"`
	ChromeURL       string `help:"Address of a Chromium's DevTools that prints PDF, such as http://127.0.0.1:9222; one that is installed here if empty." env:"DECKPLAN_CHROME_URL"`
	WebhookPrivate  string `help:"Which addresses beside public ones webhooks may be sent to: public (none), networks (private networks), loopback (those and this machine)." default:"networks" env:"DECKPLAN_WEBHOOK_PRIVATE"`
	WebhookProxy    string `help:"Proxy that webhooks are sent through, such as http://proxy.example.com:3128; HTTP_PROXY and the like are not used for them." env:"DECKPLAN_WEBHOOK_PROXY"`
	RegistryPrivate string `help:"Which registries images are measured from in the browser: off (none), public addresses, networks (private networks too), loopback (this machine too)." default:"public" env:"DECKPLAN_REGISTRY_PRIVATE"`
	InsecureNoLogin truth  `help:"Serve other machines although there are no accounts yet." env:"DECKPLAN_INSECURE_NO_LOGIN"`
	Demo            truth  `help:"Say on every page that this is a demo, and begin an empty database with the sample plans." env:"DECKPLAN_DEMO"`
}

// truth is a flag that may stand alone, and whose value is looked at together
// with all others.
type truth string

// IsBool lets the flag stand without a value.
func (truth) IsBool() bool { return true }

// Decode takes any text; none is true.
func (t *truth) Decode(ctx *kong.DecodeContext) error {
	*t = "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		*t = truth(ctx.Scan.Pop().String())
	}
	return nil
}

// Settings are the values of all flags, right and understood.
type Settings struct {
	Listen         string
	Hosts          []string // names that requests may be for; "*" is any
	Database       string
	Log            *slog.Logger
	Given          Given
	Key            *seal.Key // seals tokens; nil: to be made in KeyFile
	KeyFile        string
	TokenFolder    string
	SnapshotFolder string
	Demo           bool
	ChromeURL      string        // where a browser prints; empty for an installed one
	History        time.Duration // that changes of state are kept; 0 for none
	PublicURL      string        // without a slash at its end; empty if it is not known
	WebhookReach   string        // public, networks or loopback
	RegistryReach  string        // the same, or off
	WebhookProxy   *url.URL      // nil for none
}

// Given are the connections that the program is given, not made in the browser.
type Given struct {
	Environment []argocd.Connection
	File        []argocd.Connection
	FileName    string
}

// Tell is told of a fault: the flag or place that it is in, and its message.
type Tell func(where, id string, args map[string]any)

// Read understands the flags, and tells every fault. The logger writes to w.
func (f Flags) Read(w io.Writer, tell Tell) Settings {
	set := Settings{Listen: f.Listen, Database: f.Database, SnapshotFolder: f.SnapshotFolder, ChromeURL: f.ChromeURL}
	insecure := f.InsecureNoLogin.read("--insecure-no-login", tell)
	set.Demo = f.Demo.read("--demo", tell)
	f.address(&set, insecure, tell)
	if f.Database == "" {
		tell("--database", "config.database", nil)
	}
	set.Log = f.logger(w, tell)
	f.secrets(&set, tell)
	set.Given = ReadGiven(f.Connections, tell)
	if info, err := os.Stat(f.SnapshotFolder); f.SnapshotFolder != "" && (err != nil || !info.IsDir()) {
		tell("--snapshot-folder", "config.folder", map[string]any{"got": f.SnapshotFolder})
	}
	if f.ChromeURL != "" && !print.ValidURL(f.ChromeURL) {
		tell("--chrome-url", "config.chrome_url", map[string]any{"got": f.ChromeURL})
	}
	f.webhooks(&set, tell)
	var err error
	if set.History, err = age(f.LiveHistory); err != nil {
		tell("--live-history", "config.live_history", map[string]any{"got": f.LiveHistory})
	}
	return set
}

// read is what the flag says: false if it was not given. One that is wrong is
// taken as given, so that its absence is no second fault.
func (t truth) read(name string, tell Tell) bool {
	yes, err := strconv.ParseBool(cmp.Or(string(t), "false"))
	if err != nil {
		tell(name, "config.boolean", map[string]any{"got": string(t)})
	}
	return yes || err != nil
}

// address is where the server listens and what it may be called. Without
// accounts others are served only where that is meant.
func (f Flags) address(set *Settings, insecure bool, tell Tell) {
	switch host, _, err := net.SplitHostPort(f.Listen); {
	case err != nil:
		tell("--listen", "config.listen", map[string]any{"got": f.Listen})
	case !insecure && !loopback(host):
		tell("--listen", "config.no_login", map[string]any{"got": f.Listen})
	}
	if insecure {
		set.Hosts = []string{"*"}
	}
	if f.PublicURL == "" {
		return
	}
	if u, err := url.Parse(f.PublicURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		tell("--public-url", "config.public_url", map[string]any{"got": f.PublicURL})
	} else {
		set.Hosts = []string{strings.ToLower(u.Hostname())}
		set.PublicURL = u.Scheme + "://" + u.Host
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (f Flags) logger(w io.Writer, tell Tell) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil {
		tell("--log-level", "config.log_level", map[string]any{"got": f.LogLevel})
	}
	o := &slog.HandlerOptions{Level: level}
	file, isFile := w.(*os.File)
	switch {
	case f.LogFormat == "text", f.LogFormat == "auto" && isFile && isatty.IsTerminal(file.Fd()):
		return slog.New(slog.NewTextHandler(w, o))
	case f.LogFormat != "json" && f.LogFormat != "auto":
		tell("--log-format", "config.log_format", map[string]any{"got": f.LogFormat})
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

// webhooks is where webhooks may be sent, and through what; and which registries
// are asked.
func (f Flags) webhooks(set *Settings, tell Tell) {
	set.WebhookReach = cmp.Or(f.WebhookPrivate, "networks")
	if !slices.Contains([]string{"public", "networks", "loopback"}, set.WebhookReach) {
		tell("--webhook-private", "config.webhook_private", map[string]any{"got": f.WebhookPrivate})
	}
	set.RegistryReach = cmp.Or(f.RegistryPrivate, "public")
	if !slices.Contains([]string{"off", "public", "networks", "loopback"}, set.RegistryReach) {
		tell("--registry-private", "config.registry_private", map[string]any{"got": f.RegistryPrivate})
	}
	if f.WebhookProxy == "" {
		return
	}
	u, err := url.Parse(f.WebhookProxy)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		tell("--webhook-proxy", "config.webhook_proxy", map[string]any{"got": host(f.WebhookProxy)})
		return
	}
	set.WebhookProxy = u
}

// host is what may be shown of an address with which a password may be.
func host(address string) string { return address[strings.LastIndex(address, "@")+1:] }

// age reads a time such as 90d, 12h or 0: nothing, or from an hour to ten years.
func age(text string) (time.Duration, error) {
	const day, least, most = 24 * time.Hour, time.Hour, 3650 * 24 * time.Hour
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * day
	}
	if err == nil && d != 0 && (d < least || d > most) {
		err = strconv.ErrRange
	}
	return d, err
}
