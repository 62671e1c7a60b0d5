package export

import (
	"encoding/json"
	"fmt"
	"os"
)

// aboutONNX is About of a file of ONNX.
func aboutONNX(path string, about any) (ok bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	begin := make([]byte, 1)
	if _, err := f.Read(begin); err != nil || begin[0] != 1<<3|varint { // the version of the format comes first
		return false, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	for m := message(data); len(m) > 0; {
		field, pair, rest, whole := m.field()
		if !whole {
			return false, nil
		}
		if m = rest; field != 14 {
			continue
		}
		_, key, value, _ := pair.field()
		if string(key) != onnxAbout {
			continue
		}
		_, text, _, _ := value.field()
		if err := json.Unmarshal(text, about); err != nil {
			return true, fmt.Errorf("%s: what it tells of its model is damaged: export it again (%w)", path, err)
		}
		return true, nil
	}
	return false, nil
}
