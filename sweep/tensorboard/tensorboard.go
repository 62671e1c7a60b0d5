// Package tensorboard writes event files, which TensorBoard shows: numbers over steps, and the hyperparameters of runs
// with what they reached. A file is a chain of records, each with the checksums of TFRecord; a record is an Event.
// Numbers of fields are those of event.proto and summary.proto of TensorBoard, and of plugins/hparams.
package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"strconv"

	"lagrange/internal/protobuf"
)

// FileName is the name of a file of events: TensorBoard looks for tfevents in it, and a folder is a run.
const FileName = "events.out.tfevents.lagrange"

// Events are the bytes of an event file, or of a piece of one.
type Events []byte

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the checksum of a record: CRC-32C, turned by 15 bits, plus a constant, so that it is none of itself.
func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// record appends
//
//	uint64 length, uint32 masked CRC of the length, data, uint32 masked CRC of the data      little-endian
func (e *Events) record(data []byte) {
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	*e = append(*e, length...)
	*e = binary.LittleEndian.AppendUint32(*e, masked(length))
	*e = append(*e, data...)
	*e = binary.LittleEndian.AppendUint32(*e, masked(data))
}

// event appends an Event at a time, in seconds since 1970, with one more field.
func (e *Events) event(at float64, step, field int, x protobuf.Message) {
	var m protobuf.Message
	m.Double(1, at)
	if step > 0 {
		m.Int(2, step)
	}
	m.Message(field, x)
	e.record(m)
}

// Begin appends the version of the format, which comes first in a file.
func (e *Events) Begin(at float64) { e.event(at, 0, 3, protobuf.Message("brain.Event:2")) }

// Scalar appends a number at a step. TensorBoard keeps it as a float of 32 bits.
func (e *Events) Scalar(at float64, step int, tag string, x float64) {
	var value, summary protobuf.Message
	value.Text(1, tag)
	value.Float(2, float32(x))
	summary.Message(1, value)
	e.event(at, step, 5, summary)
}

// hparams appends what the tab HParams reads: a tag whose metadata are its content.
func (e *Events) hparams(at float64, tag string, field int, x protobuf.Message) {
	var content, plugin, metadata, none, shape, value, summary protobuf.Message
	content.Message(field, x)
	plugin.Text(1, "hparams")
	plugin.Message(2, content)
	metadata.Message(1, plugin)
	shape.Message(2, nil) // one dimension, of no numbers: only the metadata count
	none.Int(1, 1)
	none.Message(2, shape)
	value.Text(1, "_hparams_/"+tag)
	value.Message(8, none)
	value.Message(9, metadata)
	summary.Message(1, value)
	e.event(at, 0, 5, summary)
}

// Parameter is a hyperparameter: its choices, or its range.
type Parameter struct {
	Name    string
	Choices []string
	Range   []float64 // lo, hi
}

// number says whether all values of the parameter are numbers.
func (p Parameter) number() bool {
	for _, c := range p.Choices {
		if _, err := strconv.ParseFloat(c, 64); err != nil {
			return false
		}
	}
	return true
}

// value is a google.protobuf.Value.
func (p Parameter) value(text string) (v protobuf.Message) {
	if x, err := strconv.ParseFloat(text, 64); err == nil && p.number() {
		v.Double(2, x)
	} else {
		v.Text(3, text)
	}
	return v
}

// Experiment appends what is varied, and the tag of the number that counts. It stands once, in a folder above the runs.
func (e *Events) Experiment(at float64, name string, parameters []Parameter, metric string) {
	var x, info, tag protobuf.Message
	for _, p := range parameters {
		x.Message(4, p.info())
	}
	tag.Text(2, metric)
	info.Message(1, tag)
	x.Message(5, info)
	x.Text(6, name)
	x.Double(3, at)
	e.hparams(at, "experiment", 2, x)
}

// info is an HParamInfo.
func (p Parameter) info() (m protobuf.Message) {
	const text, number = 1, 3 // of DataType
	m.Text(1, p.Name)
	if !p.number() {
		m.Int(4, text)
	} else {
		m.Int(4, number)
	}
	var domain protobuf.Message
	if len(p.Range) == 2 {
		domain.Double(1, p.Range[0])
		domain.Double(2, p.Range[1])
		m.Message(6, domain)
		return m
	}
	for _, c := range p.Choices {
		domain.Message(1, p.value(c))
	}
	m.Message(5, domain)
	return m
}

// Start appends the values of a run's parameters, "" of those that do not count. Runs of the same group are seeds of
// one point.
func (e *Events) Start(at float64, group string, parameters []Parameter, values map[string]string) {
	var x protobuf.Message
	for _, p := range parameters {
		if values[p.Name] == "" {
			continue
		}
		var entry protobuf.Message
		entry.Text(1, p.Name)
		entry.Message(2, p.value(values[p.Name]))
		x.Message(1, entry)
	}
	x.Text(4, group)
	x.Double(5, at)
	e.hparams(at, "session_start_info", 3, x)
}

// End appends how a run has ended.
func (e *Events) End(at float64, failed bool) {
	const succeeded, broken = 1, 2 // of Status
	var x protobuf.Message
	if failed {
		x.Int(1, broken)
	} else {
		x.Int(1, succeeded)
	}
	x.Double(2, at)
	e.hparams(at, "session_end_info", 4, x)
}
