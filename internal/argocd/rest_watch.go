package argocd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// restEvents is an open watch: an event a line.
type restEvents struct {
	ctx      context.Context
	answered <-chan answer
	body     io.Closer
	lines    *bufio.Scanner // nil until the server has answered, which it does with the first event
	silence  time.Duration
	signs    *time.Timer // ends a stream that gave signs of life and gives none any more; nil before the first
	silent   atomic.Bool // signs has ended it
}

type answer struct {
	*http.Response
	err error
}

// watch returns when the question is on its way. As a stream of events, which a
// browser would ask for, the server sends a sign of life now and then that
// keeps proxies from closing what they take for idle.
func (c *restClient) watch(ctx context.Context, resourceVersion string) (events, error) {
	query := c.query()
	if resourceVersion != "" {
		query.Set("resourceVersion", resourceVersion)
	}
	asked, answered := make(chan struct{}), make(chan answer, 1)
	var once sync.Once
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { once.Do(func() { close(asked) }) }})
	go func() {
		r, err := c.send(traced, c.streams, pathStream, http.Header{"Accept": {"text/event-stream"}, "Accept-Encoding": {"identity"}}, query)
		answered <- answer{r, err}
	}()
	e := &restEvents{ctx: ctx, answered: answered, silence: c.options.Silence}
	select {
	case <-asked:
		return e, nil
	case a := <-answered:
		return e, e.begin(a)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (e *restEvents) begin(a answer) error {
	if a.err != nil {
		return fmt.Errorf("watch: %w", a.err)
	}
	e.body, e.lines = a.Body, bufio.NewScanner(a.Body)
	e.lines.Buffer(nil, maxApplicationText)
	return nil
}

func (e *restEvents) next() (event, error) {
	if e.lines == nil {
		select {
		case <-e.ctx.Done():
			return event{}, e.ctx.Err()
		case a := <-e.answered:
			if err := e.begin(a); err != nil {
				return event{}, err
			}
		}
	}
	for e.lines.Scan() {
		if e.signs != nil {
			e.signs.Reset(e.silence)
		}
		line := bytes.TrimSpace(bytes.TrimPrefix(e.lines.Bytes(), []byte("data:")))
		if len(line) == 0 {
			continue
		}
		if line[0] == ':' { // a sign of life
			if e.signs == nil {
				body := e.body
				e.signs = time.AfterFunc(e.silence, func() { e.silent.Store(true); _ = body.Close() })
			}
			continue
		}
		ev, err := parseEvent(line)
		if err != nil {
			_ = e.body.Close()
			return event{}, fmt.Errorf("watch: %w", err)
		}
		return ev, nil
	}
	_ = e.body.Close()
	if e.signs != nil {
		e.signs.Stop()
	}
	switch err := e.lines.Err(); {
	case e.silent.Load():
		return event{}, fmt.Errorf("watch: %w", errSilent)
	case errors.Is(err, bufio.ErrTooLong):
		return event{}, fmt.Errorf("watch: %w", errAnswerTooLarge)
	case err != nil:
		return event{}, fmt.Errorf("watch: %w", broken(err))
	}
	return event{}, errEnded
}

// errSilent is of a connection that something in between holds open though
// nothing comes through it.
var errSilent = status.Error(codes.Unavailable, "the stream gives no sign of life any more")

func parseEvent(line []byte) (event, error) {
	var m struct {
		Result *struct {
			Type        string
			Application *listed
		}
		Error *struct {
			Code    codes.Code `json:"grpc_code"`
			Message string
		}
	}
	switch err := json.Unmarshal(line, &m); {
	case err != nil:
		return event{}, garbled(err)
	case m.Error != nil && m.Error.Code != codes.OK:
		return event{}, status.Error(m.Error.Code, m.Error.Message)
	case m.Result == nil:
		return event{}, garbled(errors.New("no event in it"))
	case m.Result.Application == nil:
		return event{kind: m.Result.Type}, nil
	}
	return event{kind: m.Result.Type, app: m.Result.Application.application()}, nil
}
