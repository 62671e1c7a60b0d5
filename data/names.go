package data

// Names reads the names of the columns of a recording, without their units.
func Names(path string) (names []string, err error) {
	f, part, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := open(f, part, Options{})
	if err != nil {
		return nil, in(path, 1, err)
	}
	for _, h := range s.header() {
		name, _ := split(h)
		names = append(names, name)
	}
	return names, nil
}
