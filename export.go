package lagrange

import "lagrange/export"

// Source is the model for the targets of package export: of an ensemble all its networks. The error says that its
// family cannot be exported.
func (m *Model) Source() (*export.Source, error) {
	s := &export.Source{Spec: m.net.Spec, Ranges: m.Record.Ranges, Fingerprint: m.Fingerprint(),
		About: m.Info(nil, nil, nil)}
	for _, k := range m.Members() {
		p, err := k.net.Parts()
		if err != nil {
			return nil, err
		}
		s.Members = append(s.Members, p)
	}
	return s, nil
}
