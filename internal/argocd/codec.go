package argocd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// codec decodes the subset schema and discards every field it does not have. It
// also carries the messages of Argo CD's own generated packages.
type codec struct{}

// Name is empty so that the content type stays exactly application/grpc: Argo
// CD chooses the protocol of a connection by it.
func (codec) Name() string { return "" }

// selfCoding are messages that bring their own code, as Argo CD's do.
type selfCoding interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

func (codec) Marshal(v any) (mem.BufferSlice, error) {
	var b []byte
	var err error
	switch m := v.(type) {
	case proto.Message:
		b, err = proto.Marshal(m)
	case selfCoding:
		b, err = m.Marshal()
	default:
		err = fmt.Errorf("no code for %T", v)
	}
	if err != nil {
		return nil, err
	}
	return mem.BufferSlice{mem.SliceBuffer(b)}, nil
}

func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	if l, ok := v.(interface{ decodeItems(mem.BufferSlice) error }); ok {
		return l.decodeItems(data)
	}
	b := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer b.Free()
	switch m := v.(type) {
	case interface{ decode([]byte) error }:
		return m.decode(b.ReadOnlyData())
	case proto.Message:
		return discardUnknown.Unmarshal(b.ReadOnlyData(), m)
	case selfCoding:
		return m.Unmarshal(b.ReadOnlyData())
	}
	return fmt.Errorf("no code for %T", v)
}

var discardUnknown = proto.UnmarshalOptions{DiscardUnknown: true}

// applicationList decodes an ApplicationList.
type applicationList struct {
	each func(application)
}

func (l *applicationList) decodeItems(data mem.BufferSlice) error {
	return eachItem(data, func(item []byte) error {
		var a application
		err := a.decode(item)
		if err == nil {
			l.each(a)
		}
		return err
	})
}

// wireList decodes another list: T is what its items are.
type wireList[T any, P interface {
	*T
	proto.Message
}] struct{ each func(P) }

func (l *wireList[T, P]) decodeItems(data mem.BufferSlice) error {
	return eachItem(data, func(item []byte) error {
		one := P(new(T))
		err := discardUnknown.Unmarshal(item, one)
		if err == nil {
			l.each(one)
		}
		return err
	})
}

var errMalformed = errors.New("malformed list")

// itemsField is the number of items in every list of Kubernetes.
const itemsField = 2

// eachItem takes a list apart, so that neither a second copy of the message nor
// all decoded items exist at once: decoded, two bytes can be hundreds.
func eachItem(data mem.BufferSlice, each func(item []byte) error) error {
	all := data.Reader()
	defer func() { _ = all.Close() }()
	in := byteReader{all}
	var scratch []byte
	for all.Remaining() > 0 {
		tag, err := binary.ReadUvarint(in)
		if err != nil {
			return errMalformed
		}
		number, kind := protowire.DecodeTag(tag)
		if number < protowire.MinValidNumber {
			return errMalformed
		}
		length := uint64(0)
		switch kind {
		case protowire.VarintType:
			if _, err := binary.ReadUvarint(in); err != nil {
				return errMalformed
			}
		case protowire.Fixed32Type:
			length = 4
		case protowire.Fixed64Type:
			length = 8
		case protowire.BytesType:
			if length, err = binary.ReadUvarint(in); err != nil {
				return errMalformed
			}
		default:
			return errMalformed
		}
		if length > uint64(all.Remaining()) || length > maxApplicationText {
			return errMalformed
		}
		if uint64(cap(scratch)) < length {
			scratch = make([]byte, length+length/4)
		}
		item := scratch[:length]
		if _, err := io.ReadFull(all, item); err != nil {
			return errMalformed
		}
		if number != itemsField || kind != protowire.BytesType {
			continue
		}
		if each(item) != nil {
			return errMalformed
		}
	}
	return nil
}

// byteReader reads single bytes off a mem.Reader.
type byteReader struct{ r *mem.Reader }

func (b byteReader) ReadByte() (byte, error) {
	var one [1]byte
	if _, err := io.ReadFull(b.r, one[:]); err != nil {
		return 0, err
	}
	return one[0], nil
}
