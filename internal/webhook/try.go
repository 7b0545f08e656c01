package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/cenkalti/backoff/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"deckplan/internal/hook"
	"deckplan/internal/seal"
)

// maxDetail bounds what is kept of an error's text, in bytes.
const maxDetail = 300

// try makes one try of a delivery that is claimed, and writes what came of it.
// With once, a try that failed is the last.
func (s *Sender) try(ctx context.Context, to hook.Endpoint, d hook.Delivery, once bool) (hook.Delivery, error) {
	d.Status, d.Fault, d.Detail, d.Excerpt = 0, hook.NoFault, "", ""
	var after time.Duration
	if signatures, err := s.sign(to, d); err != nil {
		d.Fault = hook.SecretLost
	} else {
		after = s.post(ctx, to.URL, signatures, &d)
	}
	switch {
	case d.Fault == hook.NoFault:
		d.State = hook.Delivered
	case ctx.Err() != nil: // Deckplan stops; the next one tries it at once
		d.Fault, d.Detail, d.Next = hook.Interrupted, "", s.Now()
	case d.Fault == hook.Gone, d.Fault == hook.SecretLost, once:
		d.State = hook.Failed
	default:
		d.Next = s.Now().Add(max(s.wait(d.Attempts), after))
		if d.Next.Sub(d.Created) > s.Enough {
			d.State = hook.GivenUp
		}
	}
	s.Log.Debug("webhook tried", "webhook", to.Name, "event", d.Event, "state", d.State, "status", d.Status, "fault", d.Fault)
	ctx = context.WithoutCancel(ctx)
	err := s.Store.Finish(ctx, d)
	if d.Fault == hook.Gone {
		s.Log.Info("webhook switched off: its receiver is gone for good", "webhook", to.Name)
		err = errors.Join(err, s.Store.CloseWebhook(ctx, to.ID))
	}
	return d, err
}

// wait is how long to wait after that many tries: the waits grow, and differ by
// chance so that endpoints that failed together are not tried together.
func (s *Sender) wait(attempts int) time.Duration {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier, b.RandomizationFactor = s.First, s.Longest, 2.5, 0.2
	for range min(attempts, 100) - 1 {
		b.NextBackOff()
	}
	return min(b.NextBackOff(), s.Longest)
}

// sign gives the headers of one try. After a rotation the former secret signs
// as well for a while, so that the receiver can change over at leisure.
func (s *Sender) sign(to hook.Endpoint, d hook.Delivery) (http.Header, error) {
	sealed := []string{to.Secret}
	if to.Former != "" && s.Now().Before(to.FormerUntil) {
		sealed = append(sealed, to.Former)
	}
	at := s.Now()
	var signatures []string
	for i, one := range sealed {
		secret, err := s.Key.Open(one, owner(to.ID))
		if err == nil {
			var one string
			if one, err = signature(secret, d.Event, at, d.Body); err == nil {
				signatures = append(signatures, one)
			}
		}
		if err != nil && i == 0 {
			return nil, err
		}
	}
	return http.Header{standardwebhooks.HeaderWebhookID: {d.Event}, standardwebhooks.HeaderWebhookTimestamp: {strconv.FormatInt(at.Unix(), 10)},
		standardwebhooks.HeaderWebhookSignature: {strings.Join(signatures, " ")}}, nil
}

func signature(secret seal.Secret, id string, at time.Time, body string) (string, error) {
	w, err := standardwebhooks.NewWebhook(string(secret))
	if err != nil {
		return "", err
	}
	return w.Sign(id, at, []byte(body))
}

// post makes the request and notes the answer in d. It gives how long the
// receiver asks to be left alone, if it does.
func (s *Sender) post(ctx context.Context, address string, headers http.Header, d *hook.Delivery) (after time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	fail := func(err error) time.Duration {
		d.Fault, d.Detail = classify(err)
		return 0
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader([]byte(d.Body)))
	if err != nil {
		return fail(err)
	}
	for name, values := range headers {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Deckplan")
	if err := s.refused(r.URL); err != nil {
		return fail(err)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = resp.Body.Close() }() // what follows is of no interest
	d.Status = resp.StatusCode
	excerpt, err := io.ReadAll(io.LimitReader(resp.Body, hook.MaxExcerpt))
	d.Excerpt = legible(string(excerpt), hook.MaxExcerpt)
	switch {
	case resp.StatusCode/100 == 2: // it was taken, whatever follows
	case resp.StatusCode == http.StatusGone:
		d.Fault = hook.Gone
	case resp.StatusCode/100 == 3:
		d.Fault = hook.Redirected
	default:
		d.Fault = hook.Status
		if err != nil {
			d.Detail = ""
		}
		if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
			return retryAfter(resp.Header.Get("Retry-After"), s.Now())
		}
	}
	return 0
}

// longestAsked bounds how long a receiver can ask to be left alone.
const longestAsked = 6 * time.Hour

// retryAfter reads a header in seconds or with a date; 0 where it says nothing.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, longestAsked)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestAsked)
	}
	return 0
}

// legible makes text of a foreign answer: valid, without control characters,
// not longer than most bytes.
func legible(text string, most int) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, ""))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return strings.TrimSpace(text)
}

// classify says why a request failed. The detail never holds the address, in
// which there may be a token.
func classify(err error) (hook.Fault, string) {
	var of *url.Error
	if errors.As(err, &of) {
		if of.Timeout() {
			return hook.TimedOut, ""
		}
		err = of.Err
	}
	var dns *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var op *net.OpError
	detail := legible(err.Error(), maxDetail)
	switch {
	case errors.Is(err, errForbidden):
		return hook.Forbidden, ""
	case errors.Is(err, context.DeadlineExceeded):
		return hook.TimedOut, ""
	case errors.As(err, &dns):
		return hook.Unresolved, legible(dns.Err, maxDetail)
	case errors.As(err, &untrusted):
		return hook.Untrusted, legible(untrusted.Err.Error(), maxDetail)
	case errors.As(err, &record):
		return hook.Broken, detail
	case errors.As(err, &op) && op.Op != "read":
		return hook.Unreachable, legible(op.Err.Error(), maxDetail)
	}
	return hook.Broken, detail
}
