// Methods by name (src/sip-parser/method-token.ts), two words each: the first four letters and the last four.
#pragma once
#include "cells.h"

// OTHER for whatever has no code.
static int method_of(const u8 *p, int length) {
  if (length == 3) {
    u32 w = p[0] | p[1] << 8 | p[2] << 16;
    return w == WORD('A', 'C', 'K', 0) ? ACK : w == WORD('B', 'Y', 'E', 0) ? BYE : OTHER;
  }
  if (length < 4 || length > 9) return OTHER;
  u32 a = word(p), z = word(p + length - 4);
#define IS(method, w, x) if (a == (w) && z == (x)) return method
  switch (length) {
  case 4: IS(INFO, WORD('I', 'N', 'F', 'O'), WORD('I', 'N', 'F', 'O')); return OTHER;
  case 5:
    IS(PRACK, WORD('P', 'R', 'A', 'C'), WORD('R', 'A', 'C', 'K'));
    IS(REFER, WORD('R', 'E', 'F', 'E'), WORD('E', 'F', 'E', 'R'));
    return OTHER;
  case 6:
    IS(INVITE, WORD('I', 'N', 'V', 'I'), WORD('V', 'I', 'T', 'E'));
    IS(CANCEL, WORD('C', 'A', 'N', 'C'), WORD('N', 'C', 'E', 'L'));
    IS(NOTIFY, WORD('N', 'O', 'T', 'I'), WORD('T', 'I', 'F', 'Y'));
    IS(UPDATE, WORD('U', 'P', 'D', 'A'), WORD('D', 'A', 'T', 'E'));
    return OTHER;
  case 7:
    IS(OPTIONS, WORD('O', 'P', 'T', 'I'), WORD('I', 'O', 'N', 'S'));
    IS(MESSAGE, WORD('M', 'E', 'S', 'S'), WORD('S', 'A', 'G', 'E'));
    IS(PUBLISH, WORD('P', 'U', 'B', 'L'), WORD('L', 'I', 'S', 'H'));
    return OTHER;
  case 8: IS(REGISTER, WORD('R', 'E', 'G', 'I'), WORD('S', 'T', 'E', 'R')); return OTHER;
  default:
    if (word(p + 4) != WORD('C', 'R', 'I', 'B')) return OTHER;
    IS(SUBSCRIBE, WORD('S', 'U', 'B', 'S'), WORD('R', 'I', 'B', 'E'));
    return OTHER;
  }
}
