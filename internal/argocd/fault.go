package argocd

import (
	"errors"
	"os"
	"strings"

	"deckplan/internal/connect"
)

// Fault is something wrong with one setting of a connection.
type Fault struct {
	Setting string // url, token, token_file, ca_file, ca, pin, projects, selector or protocol
	ID      string // the last part of a message id
	Got     string // what the message repeats; empty where it might be secret
}

// Faults checks a connection without using the network. Files are read.
func (c Connection) Faults() (out []Fault) {
	fault := func(setting, id string) { out = append(out, Fault{Setting: setting, ID: id}) }
	e, err := c.endpoint()
	switch {
	case c.URL == "":
		fault("url", "url_missing")
	case err != nil:
		fault("url", err.Error())
	}
	switch {
	case c.Token == "" && c.TokenFile == "":
		fault("token", "token_missing")
	case c.Token != "" && c.TokenFile != "":
		fault("token", "token_twice")
	case c.Token != "":
		if !wellFormed(string(c.Token)) {
			fault("token", "token_malformed")
		}
	default:
		switch text, err := os.ReadFile(c.TokenFile); {
		case err != nil:
			fault("token_file", "token_file_unreadable")
		case !wellFormed(strings.TrimSpace(string(text))):
			fault("token_file", "token_malformed")
		}
	}
	if c.CAFile != "" {
		switch _, err := (Connection{CAFile: c.CAFile}).tlsConfig(); {
		case errors.Is(err, errNoCertificate):
			fault("ca_file", "ca_file_empty")
		case err != nil:
			fault("ca_file", "ca_file_unreadable")
		}
	}
	if c.CA != "" {
		if _, err := parseCA(c.CA); err != nil {
			fault("ca", err.Error())
		}
	}
	if c.Pin != "" {
		switch _, ok := connect.ParsePin(c.Pin); {
		case !ok:
			fault("pin", errPinInvalid.Error())
		case e.plaintext || c.PlainText:
			fault("pin", "pin_plaintext")
		case c.Insecure:
			fault("pin", "pin_insecure")
		}
	}
	return append(out, c.filterFaults()...)
}

func (c Connection) filterFaults() (out []Fault) {
	if name := badProject(c.Projects); name != "" {
		out = append(out, Fault{"projects", "project_invalid", clip(name, maxGot)})
	}
	if term, ok := badTerm(c.Selector); !ok {
		out = append(out, Fault{"selector", "selector_invalid", clip(term, maxGot)})
	}
	if _, ok := parseProtocol(string(c.Protocol)); !ok {
		out = append(out, Fault{"protocol", "protocol_invalid", clip(string(c.Protocol), maxGot)})
	}
	return out
}

// maxGot bounds what a fault repeats.
const maxGot = 80
