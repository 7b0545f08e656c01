package argocd

import (
	"iter"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"deckplan/internal/argocd/wire"
	"deckplan/internal/live"
)

// application is an application as a list or a watch tells of it.
type application struct {
	*wire.Application
	workloads workloads
}

// event is an event of a watch.
type event struct {
	kind string
	app  application
}

// whole is an application read in full.
type whole struct {
	application
	detail *wire.ApplicationDetail
}

// workloads is a set of kinds that run pods, by their place in live.PodKinds.
type workloads uint16

func (w *workloads) add(kind []byte) {
	for n, one := range live.PodKinds {
		if string(kind) == one {
			*w |= 1 << n
		}
	}
}

// String lists the kinds in order.
func (w workloads) String() string {
	var out []string
	for n, one := range live.PodKinds {
		if w&(1<<n) != 0 {
			out = append(out, one)
		}
	}
	return strings.Join(out, " ")
}

// Field numbers on the way to the kind of a resource.
const (
	fieldStatus    = 3 // of Application
	fieldResources = 1 // of ApplicationStatus
	fieldKind      = 3 // of ResourceStatus
	fieldEventApp  = 2 // of ApplicationWatchEvent
)

// workloadsOf reads the kinds of an application's resources off its message.
// Decoding the resources, of which there are many, would cost more than all the
// rest of the application.
func workloadsOf(message []byte) (out workloads) {
	for status := range fields(message, fieldStatus) {
		for resource := range fields(status, fieldResources) {
			for kind := range fields(resource, fieldKind) {
				out.add(kind)
			}
		}
	}
	return out
}

// fields yields the values of a field of a message that holds bytes. It ends
// early where the message is malformed.
func fields(message []byte, want protowire.Number) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(message) > 0 {
			number, kind, n := protowire.ConsumeTag(message)
			if n < 0 {
				return
			}
			message = message[n:]
			if number == want && kind == protowire.BytesType {
				value, n := protowire.ConsumeBytes(message)
				if n < 0 || !yield(value) {
					return
				}
				message = message[n:]
				continue
			}
			if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
				return
			}
			message = message[n:]
		}
	}
}

// decode reads a message of the wire.
func (a *application) decode(message []byte) error {
	a.Application, a.workloads = &wire.Application{}, workloadsOf(message)
	return discardUnknown.Unmarshal(message, a.Application)
}

func (w *whole) decode(message []byte) error {
	w.detail = &wire.ApplicationDetail{}
	if err := discardUnknown.Unmarshal(message, w.detail); err != nil {
		return err
	}
	return w.application.decode(message)
}

func (e *event) decode(message []byte) error {
	var ev wire.ApplicationWatchEvent
	if err := discardUnknown.Unmarshal(message, &ev); err != nil {
		return err
	}
	*e = event{kind: ev.GetType(), app: application{Application: ev.GetApplication()}}
	for app := range fields(message, fieldEventApp) {
		e.app.workloads |= workloadsOf(app)
	}
	return nil
}
