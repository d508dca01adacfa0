#include "funcdata.h"
#include "textflag.h"

// func Call(f func())
TEXT ·Call(SB), 0, $24-8
	NO_LOCAL_POINTERS
	MOVQ f+0(FP), DX
	MOVQ DX, 16(SP)
	MOVQ (DX), AX
	CALL AX
	RET

// func Frameless(f func())
TEXT ·Frameless(SB), 0, $0-8
	NO_LOCAL_POINTERS
	MOVQ f+0(FP), DX
	MOVQ (DX), AX
	JMP AX
