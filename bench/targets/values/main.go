// A frame with 200 variables of ten types and, if an argument says how many, a map
// of strings.
package main

import (
	"fmt"
	"os"
	"strconv"
)

type point struct{ X, Y int }

var million = map[string]int{}

//go:noinline
func use(...any) {}

func frame() {
	v000 := 0
	v001 := "text 1"
	v002 := 2.5
	v003 := point{3, 2}
	v004 := []int{4, 1, 2}
	v005 := map[string]int{"a": 5}
	v006 := &point{6, 3}
	v007 := any(7)
	v008 := [4]int{8}
	v009 := 9 > 3
	v010 := 10
	v011 := "text 11"
	v012 := 12.5
	v013 := point{13, 2}
	v014 := []int{14, 1, 2}
	v015 := map[string]int{"a": 15}
	v016 := &point{16, 3}
	v017 := any(17)
	v018 := [4]int{18}
	v019 := 19 > 3
	v020 := 20
	v021 := "text 21"
	v022 := 22.5
	v023 := point{23, 2}
	v024 := []int{24, 1, 2}
	v025 := map[string]int{"a": 25}
	v026 := &point{26, 3}
	v027 := any(27)
	v028 := [4]int{28}
	v029 := 29 > 3
	v030 := 30
	v031 := "text 31"
	v032 := 32.5
	v033 := point{33, 2}
	v034 := []int{34, 1, 2}
	v035 := map[string]int{"a": 35}
	v036 := &point{36, 3}
	v037 := any(37)
	v038 := [4]int{38}
	v039 := 39 > 3
	v040 := 40
	v041 := "text 41"
	v042 := 42.5
	v043 := point{43, 2}
	v044 := []int{44, 1, 2}
	v045 := map[string]int{"a": 45}
	v046 := &point{46, 3}
	v047 := any(47)
	v048 := [4]int{48}
	v049 := 49 > 3
	v050 := 50
	v051 := "text 51"
	v052 := 52.5
	v053 := point{53, 2}
	v054 := []int{54, 1, 2}
	v055 := map[string]int{"a": 55}
	v056 := &point{56, 3}
	v057 := any(57)
	v058 := [4]int{58}
	v059 := 59 > 3
	v060 := 60
	v061 := "text 61"
	v062 := 62.5
	v063 := point{63, 2}
	v064 := []int{64, 1, 2}
	v065 := map[string]int{"a": 65}
	v066 := &point{66, 3}
	v067 := any(67)
	v068 := [4]int{68}
	v069 := 69 > 3
	v070 := 70
	v071 := "text 71"
	v072 := 72.5
	v073 := point{73, 2}
	v074 := []int{74, 1, 2}
	v075 := map[string]int{"a": 75}
	v076 := &point{76, 3}
	v077 := any(77)
	v078 := [4]int{78}
	v079 := 79 > 3
	v080 := 80
	v081 := "text 81"
	v082 := 82.5
	v083 := point{83, 2}
	v084 := []int{84, 1, 2}
	v085 := map[string]int{"a": 85}
	v086 := &point{86, 3}
	v087 := any(87)
	v088 := [4]int{88}
	v089 := 89 > 3
	v090 := 90
	v091 := "text 91"
	v092 := 92.5
	v093 := point{93, 2}
	v094 := []int{94, 1, 2}
	v095 := map[string]int{"a": 95}
	v096 := &point{96, 3}
	v097 := any(97)
	v098 := [4]int{98}
	v099 := 99 > 3
	v100 := 100
	v101 := "text 101"
	v102 := 102.5
	v103 := point{103, 2}
	v104 := []int{104, 1, 2}
	v105 := map[string]int{"a": 105}
	v106 := &point{106, 3}
	v107 := any(107)
	v108 := [4]int{108}
	v109 := 109 > 3
	v110 := 110
	v111 := "text 111"
	v112 := 112.5
	v113 := point{113, 2}
	v114 := []int{114, 1, 2}
	v115 := map[string]int{"a": 115}
	v116 := &point{116, 3}
	v117 := any(117)
	v118 := [4]int{118}
	v119 := 119 > 3
	v120 := 120
	v121 := "text 121"
	v122 := 122.5
	v123 := point{123, 2}
	v124 := []int{124, 1, 2}
	v125 := map[string]int{"a": 125}
	v126 := &point{126, 3}
	v127 := any(127)
	v128 := [4]int{128}
	v129 := 129 > 3
	v130 := 130
	v131 := "text 131"
	v132 := 132.5
	v133 := point{133, 2}
	v134 := []int{134, 1, 2}
	v135 := map[string]int{"a": 135}
	v136 := &point{136, 3}
	v137 := any(137)
	v138 := [4]int{138}
	v139 := 139 > 3
	v140 := 140
	v141 := "text 141"
	v142 := 142.5
	v143 := point{143, 2}
	v144 := []int{144, 1, 2}
	v145 := map[string]int{"a": 145}
	v146 := &point{146, 3}
	v147 := any(147)
	v148 := [4]int{148}
	v149 := 149 > 3
	v150 := 150
	v151 := "text 151"
	v152 := 152.5
	v153 := point{153, 2}
	v154 := []int{154, 1, 2}
	v155 := map[string]int{"a": 155}
	v156 := &point{156, 3}
	v157 := any(157)
	v158 := [4]int{158}
	v159 := 159 > 3
	v160 := 160
	v161 := "text 161"
	v162 := 162.5
	v163 := point{163, 2}
	v164 := []int{164, 1, 2}
	v165 := map[string]int{"a": 165}
	v166 := &point{166, 3}
	v167 := any(167)
	v168 := [4]int{168}
	v169 := 169 > 3
	v170 := 170
	v171 := "text 171"
	v172 := 172.5
	v173 := point{173, 2}
	v174 := []int{174, 1, 2}
	v175 := map[string]int{"a": 175}
	v176 := &point{176, 3}
	v177 := any(177)
	v178 := [4]int{178}
	v179 := 179 > 3
	v180 := 180
	v181 := "text 181"
	v182 := 182.5
	v183 := point{183, 2}
	v184 := []int{184, 1, 2}
	v185 := map[string]int{"a": 185}
	v186 := &point{186, 3}
	v187 := any(187)
	v188 := [4]int{188}
	v189 := 189 > 3
	v190 := 190
	v191 := "text 191"
	v192 := 192.5
	v193 := point{193, 2}
	v194 := []int{194, 1, 2}
	v195 := map[string]int{"a": 195}
	v196 := &point{196, 3}
	v197 := any(197)
	v198 := [4]int{198}
	v199 := 199 > 3
	use(v000, v001, v002, v003, v004, v005, v006, v007, v008, v009)
	use(v010, v011, v012, v013, v014, v015, v016, v017, v018, v019)
	use(v020, v021, v022, v023, v024, v025, v026, v027, v028, v029)
	use(v030, v031, v032, v033, v034, v035, v036, v037, v038, v039)
	use(v040, v041, v042, v043, v044, v045, v046, v047, v048, v049)
	use(v050, v051, v052, v053, v054, v055, v056, v057, v058, v059)
	use(v060, v061, v062, v063, v064, v065, v066, v067, v068, v069)
	use(v070, v071, v072, v073, v074, v075, v076, v077, v078, v079)
	use(v080, v081, v082, v083, v084, v085, v086, v087, v088, v089)
	use(v090, v091, v092, v093, v094, v095, v096, v097, v098, v099)
	use(v100, v101, v102, v103, v104, v105, v106, v107, v108, v109)
	use(v110, v111, v112, v113, v114, v115, v116, v117, v118, v119)
	use(v120, v121, v122, v123, v124, v125, v126, v127, v128, v129)
	use(v130, v131, v132, v133, v134, v135, v136, v137, v138, v139)
	use(v140, v141, v142, v143, v144, v145, v146, v147, v148, v149)
	use(v150, v151, v152, v153, v154, v155, v156, v157, v158, v159)
	use(v160, v161, v162, v163, v164, v165, v166, v167, v168, v169)
	use(v170, v171, v172, v173, v174, v175, v176, v177, v178, v179)
	use(v180, v181, v182, v183, v184, v185, v186, v187, v188, v189)
	use(v190, v191, v192, v193, v194, v195, v196, v197, v198, v199)
	stop()
	use(v000, v001, v002, v003, v004, v005, v006, v007, v008, v009)
	use(v010, v011, v012, v013, v014, v015, v016, v017, v018, v019)
	use(v020, v021, v022, v023, v024, v025, v026, v027, v028, v029)
	use(v030, v031, v032, v033, v034, v035, v036, v037, v038, v039)
	use(v040, v041, v042, v043, v044, v045, v046, v047, v048, v049)
	use(v050, v051, v052, v053, v054, v055, v056, v057, v058, v059)
	use(v060, v061, v062, v063, v064, v065, v066, v067, v068, v069)
	use(v070, v071, v072, v073, v074, v075, v076, v077, v078, v079)
	use(v080, v081, v082, v083, v084, v085, v086, v087, v088, v089)
	use(v090, v091, v092, v093, v094, v095, v096, v097, v098, v099)
	use(v100, v101, v102, v103, v104, v105, v106, v107, v108, v109)
	use(v110, v111, v112, v113, v114, v115, v116, v117, v118, v119)
	use(v120, v121, v122, v123, v124, v125, v126, v127, v128, v129)
	use(v130, v131, v132, v133, v134, v135, v136, v137, v138, v139)
	use(v140, v141, v142, v143, v144, v145, v146, v147, v148, v149)
	use(v150, v151, v152, v153, v154, v155, v156, v157, v158, v159)
	use(v160, v161, v162, v163, v164, v165, v166, v167, v168, v169)
	use(v170, v171, v172, v173, v174, v175, v176, v177, v178, v179)
	use(v180, v181, v182, v183, v184, v185, v186, v187, v188, v189)
	use(v190, v191, v192, v193, v194, v195, v196, v197, v198, v199)
}

//go:noinline
func stop() {}

func main() {
	entries := 0
	if len(os.Args) > 1 {
		entries, _ = strconv.Atoi(os.Args[1])
	}
	for i := range entries {
		million[fmt.Sprint("key ", i)] = i
	}
	frame()
}
