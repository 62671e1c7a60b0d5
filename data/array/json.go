package array

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// IsJSON says whether a text begins as JSON lines, an array of objects, or an object of arrays.
func IsJSON(start []byte) bool {
	b := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\ufeff")), " \t\r\n")
	if len(b) > 0 && b[0] == '[' {
		b = bytes.TrimLeft(b[1:], " \t\r\n")
		return len(b) > 0 && b[0] == '{'
	}
	if len(b) > 0 && b[0] == '{' {
		b = bytes.TrimLeft(b[1:], " \t\r\n")
		return len(b) > 0 && b[0] == '"'
	}
	return false
}

// maxKeys bounds the columns of JSON.
const maxKeys = 2048

// objects gathers the values of objects, one a row.
type objects struct {
	in    *json.Decoder
	names []string
	at    map[string]int
	cells [][]any // by column; shorter columns lack the last rows
	row   int
}

// JSON reads objects with the same keys, one a row: one after the other, as in JSON lines, or in an array. Keys of
// objects within objects are joined by a point; a list is several columns. One object of lists is a table by columns.
func JSON(file []byte) ([]Array, error) {
	o := objects{in: json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))), at: map[string]int{}}
	o.in.UseNumber()
	for {
		token, err := o.in.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, o.damaged(err)
		}
		switch token {
		case json.Delim('['), json.Delim(']'): // around the objects
		case json.Delim('{'):
			if err := o.object("", 0); err != nil {
				return nil, err
			}
			o.row++
		default:
			return nil, fmt.Errorf("a row that is %v: objects such as {\"t\": 0, \"q\": 1, \"v\": 2} are expected",
				token)
		}
	}
	if o.row == 1 {
		return o.byColumns()
	}
	var all []Array
	for j, name := range o.names {
		all = append(all, arrays(name, o.cells[j], o.row)...)
	}
	if all == nil {
		return nil, errors.New("no objects with keys")
	}
	return all, nil
}

func (o *objects) damaged(err error) error {
	return fmt.Errorf("row %d: damaged JSON: %w", o.row+1, err)
}

// object reads the keys and values of one object, behind its brace.
func (o *objects) object(within string, depth int) error {
	for o.in.More() {
		token, err := o.in.Token()
		if err != nil {
			return o.damaged(err)
		}
		name := within + token.(string) // keys are strings: the decoder sees to it
		x, err := o.in.Token()
		if err != nil {
			return o.damaged(err)
		}
		switch {
		case x == json.Delim('{') && depth < maxNested:
			err = o.object(name+".", depth+1)
		case x == json.Delim('['):
			var list []any
			if list, err = o.list(0); err == nil {
				err = o.put(name, list)
			}
		case x == json.Delim('{'):
			return errors.New("objects within objects, too many")
		default:
			err = o.put(name, x)
		}
		if err != nil {
			return err
		}
	}
	_, err := o.in.Token() // the closing brace
	if err != nil {
		return o.damaged(err)
	}
	return nil
}

// list reads the values of a list, behind its bracket.
func (o *objects) list(depth int) (values []any, err error) {
	for o.in.More() {
		x, err := o.in.Token()
		if err != nil {
			return nil, o.damaged(err)
		}
		switch {
		case x == json.Delim('[') && depth < 2:
			if x, err = o.list(depth + 1); err != nil {
				return nil, err
			}
		case x == json.Delim('[') || x == json.Delim('{'):
			return nil, fmt.Errorf("row %d: objects or lists within lists are not understood", o.row+1)
		}
		values = append(values, x)
	}
	if _, err = o.in.Token(); err != nil {
		return nil, o.damaged(err)
	}
	return values, nil
}

// put keeps a value in the current row.
func (o *objects) put(name string, x any) error {
	j, ok := o.at[name]
	if !ok {
		if j = len(o.names); j >= maxKeys {
			return fmt.Errorf("more than %d keys", maxKeys)
		}
		o.at[name] = j
		o.names, o.cells = append(o.names, name), append(o.cells, nil)
	}
	if len(o.cells)*o.row > 1<<22 && 8*len(o.cells[j]) < o.row {
		return fmt.Errorf("row %d: a key %q that nearly no row has", o.row+1, name)
	}
	for len(o.cells[j]) < o.row {
		o.cells[j] = append(o.cells[j], nil)
	}
	if len(o.cells[j]) > o.row {
		return fmt.Errorf("row %d: the key %q stands twice", o.row+1, name)
	}
	o.cells[j] = append(o.cells[j], x)
	return nil
}

// byColumns makes arrays of one object of lists.
func (o *objects) byColumns() (all []Array, err error) {
	for j, name := range o.names {
		if list, ok := o.cells[j][0].([]any); ok && len(list) > 0 {
			all = append(all, arrays(name, list, len(list))...)
		}
	}
	if all == nil {
		return nil, errors.New("one row only")
	}
	return all, nil
}

// arrays makes one array of the values of a column, or one for each place in its lists.
func arrays(name string, cells []any, rows int) (all []Array) {
	width := 0
	for _, c := range cells {
		if list, ok := c.([]any); ok {
			width = max(width, len(list))
		}
	}
	if width == 0 || width > maxKeys || rows*width > 1<<16+8*flat(cells) {
		return []Array{column(name, cells, rows)}
	}
	for k := range width {
		one := make([]any, len(cells))
		for i, c := range cells {
			if list, ok := c.([]any); ok && k < len(list) {
				one[i] = list[k]
			}
		}
		all = append(all, column(name+strconv.Itoa(k+1), one, rows))
	}
	return all
}

// flat is the number of values of lists.
func flat(cells []any) (n int) {
	for _, c := range cells {
		if list, ok := c.([]any); ok {
			n += len(list)
		}
	}
	return n
}

// column makes an array of values: of whole numbers if all are, of numbers, or of text.
func column(name string, cells []any, rows int) Array {
	a := Array{Name: name, Shape: []int{rows}}
	cells = slices.Concat(cells, make([]any, rows-len(cells)))
	ints, floats := true, true
	for _, c := range cells {
		switch x := c.(type) {
		case json.Number:
			_, err := strconv.ParseInt(string(x), 10, 64)
			ints = ints && err == nil
		case nil:
			ints = false
		case bool:
		default:
			ints, floats = false, false
		}
	}
	for _, c := range cells {
		text, _ := c.(string)
		switch x := c.(type) {
		case json.Number:
			text = string(x)
		case bool:
			text = map[bool]string{false: "0", true: "1"}[x]
		}
		switch {
		case ints:
			n, _ := strconv.ParseInt(text, 10, 64) // has been one above
			a.Int = append(a.Int, n)
		case floats:
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				v = math.NaN()
			}
			a.Float = append(a.Float, v)
		default:
			a.Text = append(a.Text, text)
		}
	}
	return a
}
