package export

import (
	"io"
	"os"

	"lagrange/internal/protobuf"
)

// ofONNX is what a file of ONNX tells of its model, as JSON; "" of another file.
func ofONNX(f *os.File) (string, error) {
	begin := make([]byte, 1)
	if _, err := f.ReadAt(begin, 0); err != nil || begin[0] != 1<<3 { // the version of the format comes first
		return "", nil
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return "", err
	}
	for m := protobuf.Message(data); len(m) > 0; {
		field, pair, rest, whole := m.Field()
		if !whole {
			return "", nil
		}
		if m = rest; field != 14 {
			continue
		}
		if _, key, value, _ := pair.Field(); string(key) == onnxAbout {
			_, text, _, _ := value.Field()
			return string(text), nil
		}
	}
	return "", nil
}
