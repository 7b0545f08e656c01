package argocd

import (
	"errors"
	"os"
	"strings"
)

// Fault is something wrong with one setting of a connection.
type Fault struct {
	Setting string // url, token, token_file, ca_file or ca
	ID      string // the last part of a message id
}

// Faults checks a connection without using the network. Files are read.
func (c Connection) Faults() (out []Fault) {
	fault := func(setting, id string) { out = append(out, Fault{setting, id}) }
	switch _, err := c.endpoint(); {
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
	return out
}
