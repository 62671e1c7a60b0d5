package data

import (
	"strings"
	"unicode"
)

// keyword is a word in the name of a column that says what the column is.
type keyword struct {
	words string // in lower case, separated by spaces
	role  string
	angle bool // the word says that the coordinate, or what the derivative is of, is an angle
}

// roleMomentum is of columns that name themselves momenta, roleIndex of numbers that count rows. Neither is a role of a
// column of a set: momenta are none, and numbers of rows are the time where there is none else.
const roleMomentum, roleIndex = "momentum", "index"

// keywords is the table of words. A name may have several: the first line that has one of them decides, so that
// angular velocity is a velocity and joint_torque_1 a force.
var keywords = []keyword{
	{"acceleration accelerations accel acc acceler qacc beschleunigung beschl aceleración accelerazione aceleração " +
		"versnelling 加速度", RoleA, false},
	{"angacc winkelbeschleunigung angaccel 角加速度", RoleA, true},
	{"velocity velocities vel speed qvel geschwindigkeit geschw vitesse velocidad velocità velocita velocidade " +
		"snelheid 速度", RoleV, false},
	{"omega gyro gyroscope angvel winkelgeschwindigkeit winkelgeschw drehrate angularvelocity hoeksnelheid 角速度",
		RoleV, true},
	{"momentum momenta impuls", roleMomentum, false},
	{"tau torque torques force forces effort eff thrust action control ctrl qfrc input kraft drehmoment fuerza forza " +
		"força kracht 力", RoleU, false},
	{"theta angle angles angular phi psi pitch yaw roll tilt azimuth heading rotation angpos winkel angulo ángulo " +
		"angolo ângulo hoek 角度", RoleQ, true},
	{"position positions pos qpos displacement displacements disp deflection auslenkung weg posicion posición " +
		"posizione posição positie 位置", RoleQ, false},
	{"time millis micros times timestamp stamp elapsed secs seconds sec clock zeit zeitstempel temps tiempo tempo " +
		"tijd 時間 时间", RoleTime, false},
	{"traj trajectory trial episode run runs rollout experiment sequence versuch", RoleTrajectory, false},
	{"step steps timestep timesteps frame frames tick ticks sample samples index idx", roleIndex, false},
}

// letters are names of one or two letters, with a number, an ending or one more letter behind them. The longest wins,
// so
// that qd is no coordinate.
var letters = []struct {
	word, role string
	angle      bool
	fits       func(suffix string) bool
}{
	{"t", RoleTime, false, whole},
	{"q", RoleQ, false, short}, {"th", RoleQ, true, numbered},
	{"v", RoleV, false, short}, {"qd", RoleV, false, short}, {"w", RoleV, true, short}, {"dq", RoleV, false, numbered},
	{"a", RoleA, false, short}, {"qdd", RoleA, false, short}, {"ddq", RoleA, false, numbered},
	{"u", RoleU, false, short}, {"f", RoleU, false, numbered},
	{"p", roleMomentum, false, short},
}

// qualities are words that do not tell one coordinate from another: angular velocity goes with angle.
var qualities = words("angular ang linear lin rotational rotation angle theta phi position pos actual current")

// versions are words that tell several columns of the same quantity apart, those to take first at the beginning.
var versions = words("meas measured raw actual encoder enc true filt filtered filter smooth smoothed est estimated " +
	"estimate con cmd fric")

// aims are words of what should be, or of what it differs by: no measurement.
var aims = words("des desired ref reference target setpoint sp goal error err soll")

// sines are words of what is made of an angle.
var sines = words("sin cos sine cosine")

// counters are words that may stand beside that for a trajectory: run_id, episode_index.
var counters = words("id index idx no nr num number name nummer")

func words(list string) map[string]int {
	m := map[string]int{}
	for i, w := range strings.Fields(list) {
		m[w] = i
	}
	return m
}

func has(m map[string]int, word string) bool {
	_, is := m[word]
	return is
}

// greek are the letters that stand for themselves.
var greek = map[rune]string{'θ': "theta", 'ϑ': "theta", 'Θ': "theta", 'φ': "phi", 'ϕ': "phi", 'Φ': "phi", 'ψ': "psi",
	'Ψ': "psi", 'ω': "omega", 'Ω': "omega", 'α': "alpha", 'β': "beta", 'γ': "gamma", 'τ': "tau", 'δ': "delta"}

// marks are signs of derivatives and numbers that stand on or below a letter.
var marks = map[rune]string{'\u0307': " dot ", '\u0308': " ddot ", 'ẋ': "x dot ", 'ẍ': "x ddot ", 'ẏ': "y dot ",
	'ÿ': "y ddot ",
	'ż': "z dot ", 'ṙ': "r dot ", '\'': " dot ", '′': " dot ", '″': " ddot ", '₀': "0", '₁': "1", '₂': "2", '₃': "3",
	'₄': "4",
	'₅': "5", '₆': "6", '₇': "7", '₈': "8", '₉': "9"}

// wordsOf takes a name apart, in lower case: AngVel_1, cart.x and θ₂ are ang vel 1, cart x and theta 2.
func wordsOf(name string) []string {
	b, last := &strings.Builder{}, ' '
	for _, r := range name {
		kind := func(r rune) int {
			switch {
			case unicode.IsDigit(r):
				return 1
			case unicode.IsLetter(r) || r == '°':
				return 2
			}
			return 0
		}
		if text, is := greek[r]; is {
			b.WriteString(" " + text)
			last = 'θ'
			continue
		}
		if text, is := marks[r]; is {
			if kind(rune(text[0])) == 1 && kind(last) == 2 {
				b.WriteByte(' ')
			}
			b.WriteString(text)
			last = rune(text[len(text)-1])
			continue
		}
		if kind(r) != kind(last) || unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		if kind(r) != 0 {
			b.WriteRune(unicode.ToLower(r))
		}
		last = r
	}
	return strings.Fields(strings.ReplaceAll(b.String(), "d dot", "ddot"))
}
