/** What one side of a fuzzer's WebSocket connection says: messages in one frame or some, compressed or not, most of them right. */
import { constants } from 'node:zlib';
import { bytes, text } from '../capture-file.ts';
import { type Context, DeflateSender } from '../deflate-sender.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { type FrameFields, webSocketFrame } from '../websocket-frame.ts';

const CONTEXTS: readonly Context[] = ['kept', 'kept', 'new'];
const STRATEGIES: readonly number[] = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FIXED,
  constants.Z_HUFFMAN_ONLY,
];
const CONTROLS: readonly number[] = [9, 10];

export class WebSocketSpeech {
  private readonly random: SeededRandom;
  private readonly masks: boolean;
  private readonly sender: DeflateSender;
  /** Most messages are compressed where that was negotiated, few where it was not. */
  private readonly compressed: number;

  constructor(random: SeededRandom, masks: boolean) {
    this.random = random;
    this.masks = masks;
    const options = { level: random.integer(0, 9), strategy: random.pick(STRATEGIES) };
    this.sender = new DeflateSender(random.pick(CONTEXTS), options);
    this.compressed = random.chance(0.4) ? 0.9 : 0.05;
  }

  /** The frames of one message. */
  frames(message: string): Uint8Array {
    const { random } = this;
    const compressed = random.chance(this.compressed);
    const payload = compressed ? this.deflated(message) : text(message);
    const opcode = random.chance(0.8) ? 1 : random.integer(0, 15);
    if (random.chance(0.8)) {
      return this.frame({ payload, opcode, final: random.chance(0.9), compressed });
    }
    const at = random.integer(0, payload.length);
    return bytes(
      this.frame({ payload: payload.subarray(0, at), opcode, final: false, compressed }),
      random.chance(0.3) ? this.frame({ payload: text('x'), opcode: random.pick(CONTROLS) }) : [],
      this.frame({ payload: payload.subarray(at), opcode: 0 }),
    );
  }

  private deflated(message: string): Uint8Array {
    const { random } = this;
    if (random.chance(0.03)) return text(message);
    const payload = Uint8Array.from(this.sender.payload(text(message)));
    if (random.chance(0.05)) payload[random.integer(0, payload.length)] = random.integer(0, 255);
    return payload;
  }

  private frame(fields: FrameFields): Uint8Array {
    const { random } = this;
    const key = [1, 2, 3, 4].map(() => random.integer(0, 255));
    const masked = random.chance(0.97) === this.masks;
    const frame = webSocketFrame(masked ? { ...fields, key } : fields);
    if (random.chance(0.03)) frame[1] = random.integer(0, 255);
    return frame;
  }
}
