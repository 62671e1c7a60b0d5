package array

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"
	"strings"
	"time"
)

// IsWorkbook says whether a zip archive is an Excel workbook.
func IsWorkbook(file []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	return err == nil && part(z, "xl/workbook.xml") != nil
}

func part(z *zip.Reader, name string) *zip.File {
	for _, f := range z.File {
		if strings.EqualFold(f.Name, name) {
			return f
		}
	}
	return nil
}

// A workbook being read (ECMA-376, Office Open XML).
type workbook struct {
	z       *zip.Reader
	strings []string
	dates   []dateStyle // of the styles of cells
	early   bool        // days are counted from 1904
}

// dateStyle says what of a date a style shows.
type dateStyle struct{ day, time bool }

// maxColumns bounds the columns of a sheet: a recording has fewer.
const maxColumns = 2048

// Sheet writes a sheet of a workbook as comma-separated text, one row a line, with dates as in ISO 8601: the first
// sheet,
// or that of the name. It says which sheets there are besides.
func Sheet(file []byte, name string) (text []byte, notes []string, err error) {
	w := workbook{}
	if w.z, err = unzipped(file); err != nil {
		return nil, nil, err
	}
	sheet, others, err := w.find(name)
	if err != nil {
		return nil, nil, err
	}
	if len(others) > 0 && name == "" {
		notes = append(notes, fmt.Sprintf("the first sheet is read; for another write :%s after the name of the file",
			strings.Join(others, " or :")))
	}
	if err := w.shared(); err != nil {
		return nil, nil, err
	}
	if err := w.styles(); err != nil {
		return nil, nil, err
	}
	b, err := extract(sheet)
	if err != nil {
		return nil, nil, err
	}
	text, err = w.rows(b)
	return text, notes, err
}

// find is the part of a sheet, and the names of the others.
func (w *workbook) find(name string) (sheet *zip.File, others []string, err error) {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name string     `xml:"name,attr"`
			Attr []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		Links []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := w.decode("xl/workbook.xml", &book); err != nil {
		return nil, nil, err
	}
	if err := w.decode("xl/_rels/workbook.xml.rels", &links); err != nil {
		return nil, nil, err
	}
	w.early = book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true"
	for _, s := range book.Sheets {
		if sheet != nil || name != "" && s.Name != name {
			others = append(others, s.Name)
			continue
		}
		for _, a := range s.Attr {
			for _, l := range links.Links {
				if a.Name.Local == "id" && a.Value == l.ID {
					target := path.Join("xl", l.Target)
					if strings.HasPrefix(l.Target, "/") {
						target = l.Target[1:]
					}
					sheet = part(w.z, target)
				}
			}
		}
	}
	if sheet == nil {
		return nil, nil, fmt.Errorf("no sheet %q; there are %s", name, strings.Join(others, ", "))
	}
	return sheet, others, nil
}

// decode reads a part of the workbook.
func (w *workbook) decode(name string, into any) error {
	f := part(w.z, name)
	if f == nil {
		return fmt.Errorf("a damaged workbook: no part %s", name)
	}
	b, err := extract(f)
	if err == nil {
		err = xml.Unmarshal(b, into)
	}
	if err != nil {
		return fmt.Errorf("a damaged workbook: %s: %w", name, err)
	}
	return nil
}

// shared reads the texts that cells share.
func (w *workbook) shared() error {
	if part(w.z, "xl/sharedStrings.xml") == nil {
		return nil
	}
	var table struct {
		Items []struct {
			Text string   `xml:"t"`
			Runs []string `xml:"r>t"`
		} `xml:"si"`
	}
	err := w.decode("xl/sharedStrings.xml", &table)
	for _, s := range table.Items {
		w.strings = append(w.strings, s.Text+strings.Join(s.Runs, ""))
	}
	return err
}

// styles finds out which styles of cells are dates.
func (w *workbook) styles() error {
	if part(w.z, "xl/styles.xml") == nil {
		return nil
	}
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode("xl/styles.xml", &styles); err != nil {
		return err
	}
	for _, c := range styles.Cells {
		s := dateStyle{day: c.Format >= 14 && c.Format <= 17 || c.Format == 22,
			time: c.Format >= 18 && c.Format <= 22 || c.Format >= 45 && c.Format <= 47}
		for _, f := range styles.Formats {
			if f.ID == c.Format {
				code := outside(strings.ToLower(f.Code))
				s.time = strings.ContainsAny(code, "hs")
				s.day = strings.ContainsAny(code, "yd")
			}
		}
		w.dates = append(w.dates, s)
	}
	return nil
}

// outside is a format without what stands in quotes or brackets, but for hours, minutes and seconds that count on: [h].
func outside(code string) string {
	var b strings.Builder
	within := rune(0)
	for _, r := range code {
		switch {
		case within == 0 && r == '"':
			within = '"'
		case within == 0 && r == '[':
			within = ']'
		case r == within:
			within = 0
		case within == 0, within == ']' && r == 'h':
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cell is one of a sheet.
type cell struct {
	Ref   string `xml:"r,attr"`
	Kind  string `xml:"t,attr"`
	Style int    `xml:"s,attr"`
	Value string `xml:"v"`
	Text  struct {
		Text string   `xml:"t"`
		Runs []string `xml:"r>t"`
	} `xml:"is"`
}

// rows writes the rows of a sheet as lines.
func (w *workbook) rows(b []byte) (text []byte, err error) {
	in := xml.NewDecoder(bytes.NewReader(b))
	line, column := 0, 0
	most := 64*len(b) + 1<<16
	for {
		token, err := in.Token()
		if err == io.EOF {
			return append(text, '\n'), nil
		}
		if err != nil {
			return nil, fmt.Errorf("a damaged sheet: %w", err)
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "row":
			next := line + 1
			for _, a := range start.Attr {
				if n, err := strconv.Atoi(a.Value); a.Name.Local == "r" && err == nil && n > line {
					next = n
				}
			}
			for ; line < next && len(text) < most; line++ {
				if line > 0 {
					text = append(text, '\n')
				}
			}
			column = 0
		case start.Name.Local == "c":
			var c cell
			if err := in.DecodeElement(&c, &start); err != nil {
				return nil, fmt.Errorf("a damaged sheet: %w", err)
			}
			at := max(reference(c.Ref), column)
			if c.Ref == "" {
				at = column
			}
			if at >= maxColumns {
				return nil, fmt.Errorf("line %d: more than %d columns", line, maxColumns)
			}
			for j := column; j <= at; j++ {
				if j > 0 {
					text = append(text, ',')
				}
			}
			column = at + 1
			text = append(text, quoted(w.value(&c))...)
		}
		if len(text) > most {
			return nil, errors.New("the sheet is nearly empty and very large: copy the recording into a new one")
		}
	}
}

// reference is the column of a reference such as B3, from 0; −1 of none.
func reference(ref string) int {
	n := 0
	for i := range len(ref) {
		if ref[i] < 'A' || ref[i] > 'Z' || n > maxColumns {
			break
		}
		n = n*26 + int(ref[i]-'A') + 1
	}
	return n - 1
}

// value is the text of a cell.
func (w *workbook) value(c *cell) string {
	switch c.Kind {
	case "s":
		if i, err := strconv.Atoi(c.Value); err == nil && i >= 0 && i < len(w.strings) {
			return w.strings[i]
		}
		return ""
	case "inlineStr":
		return c.Text.Text + strings.Join(c.Text.Runs, "")
	case "e":
		return ""
	case "", "n":
		if c.Style >= 0 && c.Style < len(w.dates) {
			if d := w.dates[c.Style]; d.day || d.time {
				return w.date(c.Value, d)
			}
		}
	}
	return c.Value
}

// date is a number of days as a date, a time of day, or both; days are exact to some microseconds.
func (w *workbook) date(value string, d dateStyle) string {
	days, err := strconv.ParseFloat(value, 64)
	if err != nil || !(math.Abs(days) < 1e6) {
		return value
	}
	t := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if w.early {
		t = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	whole, rest := math.Modf(days)
	t = t.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(rest*86400e5)) * 10 * time.Microsecond)
	switch {
	case !d.day && whole == 0:
		return t.Format("15:04:05.000000")
	case !d.time:
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02T15:04:05.000000")
}

// quoted puts a text into quotes where it is not plain.
func quoted(text string) string {
	if text != "" && !strings.ContainsAny(text, ",;\t\"\n\r#%/ ") {
		return text
	}
	if text == "" {
		return ""
	}
	text = strings.NewReplacer("\n", " ", "\r", " ", `"`, `""`).Replace(text)
	return `"` + text + `"`
}
