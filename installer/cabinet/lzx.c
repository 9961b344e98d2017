/* Packs a folder of a cabinet by LZX with the widest window (2 MB): a fifth smaller than the MSZIP that wixl knows.
 *
 * stdin: the files of the folder, one after the other. stdout: its data blocks (CFDATA), checksums included. The
 * format is Microsoft's (MS-CAB, MS-PATCH: LZX DELTA without deltas); the words here are those of that text. A frame
 * is 32 KB of what is packed: no match crosses its end, and its bits end on a word. The way through each frame is the
 * cheapest by what the symbols cost, estimated from the frame before and then from a first way through this one.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t byte;

enum {
    WINDOW_BITS = 21,
    WINDOW = 1 << WINDOW_BITS,
    SLOTS = 50,
    LITERALS = 256,
    HEADERS = 8, /* lengths 2 to 8 stand in the main symbol, the last one says "and more" */
    MAIN = LITERALS + SLOTS * HEADERS,
    LENGTHS = 249,
    ALIGNED = 8,
    PRETREE = 20,
    SHORTEST = 2,
    LONGEST = SHORTEST + HEADERS - 1 + LENGTHS - 1,
    FRAME = 1 << 15,
    MOST_PACKED = FRAME + 6144, /* what a reader makes room for */
    TRANSLATED_FRAMES = 32768,
    ONE_BIT = 64, /* costs are counted in parts of a bit */
    NICE = 128,   /* a match of this length is taken without looking further */
    DEPTH = 48,   /* how many candidates are compared */
    HASH_BITS = 18,
    BLOCK_FRAMES = 64,
    HEADER_COST = 1100, /* bits that another block costs, about */
    PASSES = 2
};

static byte *data; /* what is packed, call targets already translated */
static uint32_t total;

static void fail(const char *why)
{
    fprintf(stderr, "lzx: %s\n", why);
    exit(1);
}

static void *room(size_t size)
{
    void *made = calloc(1, size);
    if (!made)
        fail("no memory");
    return made;
}

/* Position slots: how far back a match lies, in steps that double. */

static uint32_t slot_base[SLOTS + 1];
static byte slot_extra[SLOTS];

static void make_slots(void)
{
    uint32_t base = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
        slot_extra[slot] = slot < 4 ? 0 : slot / 2 - 1 < 17 ? slot / 2 - 1 : 17;
        slot_base[slot] = base;
        base += 1u << slot_extra[slot];
    }
    slot_base[SLOTS] = base;
}

static int slot_of(uint32_t formatted)
{
    if (formatted < 4)
        return (int)formatted;
    if (formatted >= 1u << 18)
        return 36 + (int)((formatted - (1u << 18)) >> 17);
    int high = 31 - __builtin_clz(formatted);
    return 2 * high + (int)((formatted >> (high - 1)) & 1);
}

/* Calls in machine code name their target by distance; translated, the same target is the same bytes everywhere. */

static void translate_calls(void)
{
    for (uint32_t start = 0, frame = 0; start < total && frame < TRANSLATED_FRAMES; start += FRAME, frame++) {
        uint32_t size = total - start < FRAME ? total - start : FRAME;
        if (size <= 10)
            break;
        for (uint32_t at = start; at < start + size - 10;) {
            if (data[at] != 0xE8) {
                at++;
                continue;
            }
            uint32_t word;
            memcpy(&word, data + at + 1, 4);
            int64_t relative = (int32_t)word, here = at, size_of_all = total;
            if (relative >= -here && relative < size_of_all) {
                int64_t absolute = relative < size_of_all - here ? relative + here : relative - size_of_all;
                word = (uint32_t)(int32_t)absolute;
                memcpy(data + at + 1, &word, 4);
            }
            at += 5;
        }
    }
}

/* Matches: a binary tree for each hash of three bytes, over the window. */

struct match {
    uint32_t length, distance;
};

static uint32_t *heads, *pairs, *sons;

static uint32_t hash_of(const byte *at)
{
    uint32_t three = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;
    return (three * 2654435761u) >> (32 - HASH_BITS);
}

/* Puts position `at` into its tree; the matches met on the way, longer and longer, into `found` (if given). */
static int enter(uint32_t at, struct match *found)
{
    int count = 0;
    uint32_t most = total - at < LONGEST ? total - at : LONGEST;
    if (most < 3)
        return 0;
    const byte *here = data + at;
    uint32_t longest = 1;
    uint32_t *pair = pairs + (here[0] | here[1] << 8);
    if (found && *pair && at + 1 - *pair < 2048) {
        found[count++] = (struct match){2, at + 1 - *pair};
        longest = 2;
    }
    *pair = at + 1;
    uint32_t *head = heads + hash_of(here), next = *head;
    *head = at + 1;
    uint32_t *smaller = sons + 2 * (at & (WINDOW - 1)), *larger = smaller + 1;
    uint32_t in_smaller = 0, in_larger = 0;
    for (int depth = DEPTH; depth && next && at + 1 - next < WINDOW - 3; depth--) {
        const byte *there = data + next - 1;
        uint32_t *son = sons + 2 * ((next - 1) & (WINDOW - 1));
        uint32_t length = in_smaller < in_larger ? in_smaller : in_larger;
        while (length < most && there[length] == here[length])
            length++;
        if (found && length > longest) {
            longest = length;
            found[count++] = (struct match){length, at + 1 - next};
        }
        if (length == most) {
            *smaller = son[0];
            *larger = son[1];
            return count;
        }
        if (there[length] < here[length]) {
            *smaller = next;
            smaller = son + 1;
            next = *smaller;
            in_smaller = length;
        } else {
            *larger = next;
            larger = son;
            next = *larger;
            in_larger = length;
        }
    }
    *smaller = *larger = 0;
    return count;
}

/* How often each symbol occurs, and what it costs. */

struct counts {
    uint32_t main[MAIN], length[LENGTHS], aligned[ALIGNED];
};

struct costs {
    uint32_t main[MAIN], length[LENGTHS], aligned[ALIGNED];
};

static void cost_table(const uint32_t *counts, int size, uint32_t *costs)
{
    double sum = 0;
    for (int symbol = 0; symbol < size; symbol++)
        sum += counts[symbol] + 0.3;
    for (int symbol = 0; symbol < size; symbol++) {
        double bits = log2(sum / (counts[symbol] + 0.3));
        costs[symbol] = (uint32_t)(ONE_BIT * (bits < 1 ? 1 : bits > 16 ? 16 : bits));
    }
}

static void cost_all(const struct counts *counts, struct costs *costs)
{
    cost_table(counts->main, MAIN, costs->main);
    cost_table(counts->length, LENGTHS, costs->length);
    cost_table(counts->aligned, ALIGNED, costs->aligned);
}

static double entropy(const uint32_t *one, const uint32_t *other, int size)
{
    double sum = 0, bits = 0;
    for (int symbol = 0; symbol < size; symbol++) {
        double count = one[symbol] + (other ? other[symbol] : 0);
        if (count) {
            sum += count;
            bits -= count * log2(count);
        }
    }
    return sum ? bits + sum * log2(sum) : 0;
}

static double bits_of(const struct counts *one, const struct counts *other)
{
    return entropy(one->main, other ? other->main : NULL, MAIN) +
           entropy(one->length, other ? other->length : NULL, LENGTHS) +
           entropy(one->aligned, other ? other->aligned : NULL, ALIGNED);
}

static void add_counts(struct counts *to, const struct counts *more)
{
    for (int symbol = 0; symbol < MAIN; symbol++)
        to->main[symbol] += more->main[symbol];
    for (int symbol = 0; symbol < LENGTHS; symbol++)
        to->length[symbol] += more->length[symbol];
    for (int symbol = 0; symbol < ALIGNED; symbol++)
        to->aligned[symbol] += more->aligned[symbol];
}

static void halve(struct counts *counts)
{
    for (int symbol = 0; symbol < MAIN; symbol++)
        counts->main[symbol] /= 2;
    for (int symbol = 0; symbol < LENGTHS; symbol++)
        counts->length[symbol] /= 2;
    for (int symbol = 0; symbol < ALIGNED; symbol++)
        counts->aligned[symbol] /= 2;
}

/* The cheapest way through a frame. */

struct item { /* a literal (length 1, value) or a match (its formatted offset) */
    uint16_t length;
    uint32_t value;
};

struct node {
    uint32_t cost, recent[3];
    struct item last;
};

struct frame {
    uint32_t size, count;
    struct item *items;
    struct counts counts;
};

static struct node nodes[FRAME + 1];
static struct match *found;
static uint32_t found_at[FRAME + 1];

static void find_matches(uint32_t start, uint32_t size)
{
    uint32_t count = 0, until = 0;
    for (uint32_t at = 0; at < size; at++) {
        found_at[at] = count;
        if (at < until) {
            enter(start + at, NULL);
            continue;
        }
        int here = enter(start + at, found + count);
        if (here && found[count + here - 1].length >= NICE)
            until = at + found[count + here - 1].length;
        count += here;
    }
    found_at[size] = count;
}

static void reach(struct node *from, uint32_t length, uint32_t cost, uint32_t formatted)
{
    struct node *to = from + length;
    if (cost >= to->cost)
        return;
    to->cost = cost;
    to->last = (struct item){(uint16_t)length, formatted};
    memcpy(to->recent, from->recent, sizeof to->recent);
    if (length == 1)
        return;
    if (formatted > 2) {
        to->recent[2] = to->recent[1];
        to->recent[1] = to->recent[0];
        to->recent[0] = formatted - 2;
    } else {
        uint32_t used = to->recent[formatted];
        to->recent[formatted] = to->recent[0];
        to->recent[0] = used;
    }
}

/* All matches of `first` to `last` bytes at one distance. */
static void reach_matches(
    struct node *from, uint32_t first, uint32_t last, uint32_t formatted, const struct costs *costs)
{
    int slot = slot_of(formatted), extra = slot_extra[slot];
    const uint32_t *mains = costs->main + LITERALS + slot * HEADERS;
    uint32_t base = from->cost;
    base += extra < 3 ? (uint32_t)extra * ONE_BIT
                      : (uint32_t)(extra - 3) * ONE_BIT + costs->aligned[(formatted - slot_base[slot]) & 7];
    for (uint32_t length = first; length <= last; length++) {
        uint32_t header = length - SHORTEST;
        uint32_t cost = header < HEADERS - 1
                            ? base + mains[header]
                            : base + mains[HEADERS - 1] + costs->length[header - (HEADERS - 1)];
        reach(from, length, cost, formatted);
    }
}

static void find_way(uint32_t start, uint32_t size, const uint32_t *recent, const struct costs *costs)
{
    for (uint32_t at = 0; at <= size; at++)
        nodes[at].cost = UINT32_MAX;
    nodes[0].cost = 0;
    memcpy(nodes[0].recent, recent, sizeof nodes[0].recent);
    for (uint32_t at = 0; at < size; at++) {
        struct node *node = nodes + at;
        const byte *here = data + start + at;
        uint32_t most = size - at < LONGEST ? size - at : LONGEST;
        reach(node, 1, node->cost + costs->main[*here], *here);
        if (most < SHORTEST)
            continue;
        for (uint32_t which = 0; which < 3; which++) {
            uint32_t length = 0, distance = node->recent[which];
            if (distance > start + at)
                continue;
            while (length < most && here[length] == here[(int64_t)length - distance])
                length++;
            if (length >= SHORTEST)
                reach_matches(node, SHORTEST, length, which, costs);
        }
        uint32_t first = SHORTEST;
        for (uint32_t match = found_at[at]; match < found_at[at + 1] && first <= most; match++) {
            uint32_t last = found[match].length < most ? found[match].length : most;
            reach_matches(node, first, last, found[match].distance + 2, costs);
            first = last + 1;
        }
    }
}

static void take_way(struct frame *frame, uint32_t size)
{
    memset(&frame->counts, 0, sizeof frame->counts);
    frame->size = size;
    frame->count = 0;
    for (uint32_t at = size; at; at -= nodes[at].last.length)
        frame->count++;
    uint32_t number = frame->count;
    for (uint32_t at = size; at; at -= nodes[at].last.length) {
        struct item item = nodes[at].last;
        frame->items[--number] = item;
        if (item.length == 1) {
            frame->counts.main[item.value]++;
            continue;
        }
        int slot = slot_of(item.value), header = item.length - SHORTEST;
        int shown = header < HEADERS - 1 ? header : HEADERS - 1;
        frame->counts.main[LITERALS + slot * HEADERS + shown]++;
        if (shown == HEADERS - 1)
            frame->counts.length[header - shown]++;
        if (slot_extra[slot] >= 3)
            frame->counts.aligned[(item.value - slot_base[slot]) & 7]++;
    }
}

/* Huffman codes of limited length. */

struct code {
    byte lengths[MAIN];
    uint16_t words[MAIN];
};

static int by_count(const void *one, const void *other)
{
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

static void make_code(const uint32_t *counts, int size, int limit, struct code *code)
{
    uint64_t leaves[MAIN], weight[2 * MAIN];
    int parent[2 * MAIN], used = 0;
    uint32_t scaled[MAIN];
    memcpy(scaled, counts, (size_t)size * sizeof *counts);
    for (int symbol = 0; symbol < size; symbol++)
        used += scaled[symbol] != 0;
    for (int symbol = 0; used < 2; symbol++) /* readers want a tree that is complete */
        if (!scaled[symbol]) {
            scaled[symbol] = 1;
            used++;
        }
    for (;;) {
        int count = 0, deepest = 0;
        memset(code->lengths, 0, sizeof code->lengths);
        for (int symbol = 0; symbol < size; symbol++)
            if (scaled[symbol])
                leaves[count++] = (uint64_t)scaled[symbol] << 16 | (unsigned)symbol;
        qsort(leaves, (size_t)count, sizeof *leaves, by_count);
        for (int leaf = 0; leaf < count; leaf++)
            weight[leaf] = leaves[leaf] >> 16;
        for (int made = count, leaf = 0, inner = count; made < 2 * count - 1; made++) {
            weight[made] = 0;
            for (int half = 0; half < 2; half++) {
                int least = leaf < count && (inner >= made || weight[leaf] <= weight[inner]) ? leaf++ : inner++;
                weight[made] += weight[least];
                parent[least] = made;
            }
        }
        byte depth[2 * MAIN] = {0};
        for (int node = 2 * count - 3; node >= 0; node--) {
            depth[node] = depth[parent[node]] + 1;
            if (node < count) {
                code->lengths[leaves[node] & 0xFFFF] = depth[node];
                deepest = depth[node] > deepest ? depth[node] : deepest;
            }
        }
        if (deepest <= limit)
            break;
        for (int symbol = 0; symbol < size; symbol++)
            scaled[symbol] = scaled[symbol] ? scaled[symbol] / 2 + 1 : 0;
    }
    unsigned word = 0;
    for (int length = 1; length <= limit; length++, word <<= 1)
        for (int symbol = 0; symbol < size; symbol++)
            if (code->lengths[symbol] == length)
                code->words[symbol] = (uint16_t)word++;
}

/* Bits go into words of 16, the first one highest. */

static byte packed[MOST_PACKED + 64];
static uint32_t packed_size;
static uint64_t bits;
static int bit_count;

static void put(uint32_t value, int count)
{
    bits = bits << count | value;
    bit_count += count;
    while (bit_count >= 16) {
        bit_count -= 16;
        uint16_t word = (uint16_t)(bits >> bit_count);
        if (packed_size + 2 > MOST_PACKED)
            fail("a frame is larger than a reader allows");
        packed[packed_size++] = (byte)word;
        packed[packed_size++] = (byte)(word >> 8);
    }
}

static uint32_t checksum(const byte *of, uint32_t size, uint32_t sum)
{
    for (; size >= 4; size -= 4, of += 4) {
        uint32_t word;
        memcpy(&word, of, 4);
        sum ^= word;
    }
    uint32_t rest = 0;
    for (; size; size--)
        rest = rest << 8 | *of++;
    return sum ^ rest;
}

static void end_frame(uint32_t unpacked)
{
    if (bit_count)
        put(0, 16 - bit_count);
    byte head[8] = {0, 0, 0, 0, (byte)packed_size, (byte)(packed_size >> 8), (byte)unpacked, (byte)(unpacked >> 8)};
    uint32_t sum = checksum(head + 4, 4, checksum(packed, packed_size, 0));
    memcpy(head, &sum, 4);
    if (fwrite(head, sizeof head, 1, stdout) != 1 || fwrite(packed, packed_size, 1, stdout) != 1)
        fail("cannot write");
    packed_size = 0;
}

/* Lengths of codes are told as differences to those of the block before, themselves coded. */
static void put_lengths(const byte *now, byte *before, int size)
{
    struct {
        byte symbol, extra, extra_bits, then;
    } told[MAIN];
    int count = 0;
    uint32_t counts[PRETREE] = {0};
    for (int at = 0; at < size;) {
        int run = 1;
        while (at + run < size && now[at + run] == now[at])
            run++;
        byte difference = (byte)((before[at] - now[at] + 17) % 17);
        if (!now[at] && run >= 20) {
            run = run < 51 ? run : 51;
            told[count].symbol = 18, told[count].extra = (byte)(run - 20), told[count].extra_bits = 5;
        } else if (!now[at] && run >= 4) {
            told[count].symbol = 17, told[count].extra = (byte)(run - 4), told[count].extra_bits = 4;
        } else if (run >= 4) {
            run = run < 5 ? run : 5;
            told[count].symbol = 19, told[count].extra = (byte)(run - 4), told[count].extra_bits = 1;
            told[count].then = difference;
            counts[difference]++;
        } else {
            run = 1;
            told[count].symbol = difference, told[count].extra = told[count].extra_bits = 0;
        }
        counts[told[count++].symbol]++;
        at += run;
    }
    struct code pretree;
    make_code(counts, PRETREE, 15, &pretree);
    for (int symbol = 0; symbol < PRETREE; symbol++)
        put(pretree.lengths[symbol], 4);
    for (int at = 0; at < count; at++) {
        put(pretree.words[told[at].symbol], pretree.lengths[told[at].symbol]);
        put(told[at].extra, told[at].extra_bits);
        if (told[at].symbol == 19)
            put(pretree.words[told[at].then], pretree.lengths[told[at].then]);
    }
    memcpy(before, now, (size_t)size);
}

static void put_block(const struct frame *frames, int count, struct counts *counts)
{
    static byte main_before[MAIN], length_before[LENGTHS];
    static struct code mains, lengths, aligned;
    uint32_t size = 0, in_aligned = 0;
    double aligned_cost = 3 * ALIGNED + entropy(counts->aligned, NULL, ALIGNED);
    for (int frame = 0; frame < count; frame++)
        size += frames[frame].size;
    for (int symbol = 0; symbol < ALIGNED; symbol++)
        in_aligned += counts->aligned[symbol];
    int is_aligned = aligned_cost < 3.0 * in_aligned;
    make_code(counts->main, MAIN, 16, &mains);
    make_code(counts->length, LENGTHS, 16, &lengths);
    make_code(counts->aligned, ALIGNED, 7, &aligned);
    put(is_aligned ? 2 : 1, 3);
    put(size, 24);
    for (int symbol = 0; is_aligned && symbol < ALIGNED; symbol++)
        put(aligned.lengths[symbol], 3);
    put_lengths(mains.lengths, main_before, LITERALS);
    put_lengths(mains.lengths + LITERALS, main_before + LITERALS, MAIN - LITERALS);
    put_lengths(lengths.lengths, length_before, LENGTHS);
    for (const struct frame *frame = frames; frame < frames + count; frame++) {
        for (const struct item *item = frame->items; item < frame->items + frame->count; item++) {
            if (item->length == 1) {
                put(mains.words[item->value], mains.lengths[item->value]);
                continue;
            }
            int slot = slot_of(item->value), header = item->length - SHORTEST, extra = slot_extra[slot];
            int shown = header < HEADERS - 1 ? header : HEADERS - 1;
            int symbol = LITERALS + slot * HEADERS + shown;
            uint32_t rest = item->value - slot_base[slot];
            put(mains.words[symbol], mains.lengths[symbol]);
            if (shown == HEADERS - 1)
                put(lengths.words[header - shown], lengths.lengths[header - shown]);
            if (is_aligned && extra >= 3) {
                put(rest >> 3, extra - 3);
                put(aligned.words[rest & 7], aligned.lengths[rest & 7]);
            } else
                put(rest, extra);
        }
        end_frame(frame->size);
    }
}

static void pack(void)
{
    struct frame *frames = room(BLOCK_FRAMES * sizeof *frames);
    struct counts seen = {0}, block = {0};
    struct costs costs;
    uint32_t recent[3] = {1, 1, 1};
    int waiting = 0;
    for (int frame = 0; frame < BLOCK_FRAMES; frame++)
        frames[frame].items = room(FRAME * sizeof *frames->items);
    put(1, 1);
    put(total >> 16, 16);
    put(total & 0xFFFF, 16);
    for (uint32_t start = 0; start < total; start += FRAME) {
        uint32_t size = total - start < FRAME ? total - start : FRAME;
        static struct frame next;
        if (!next.items)
            next.items = room(FRAME * sizeof *next.items);
        find_matches(start, size);
        for (int pass = 0; pass < PASSES; pass++) {
            struct counts expected = seen;
            if (pass)
                add_counts(&expected, &next.counts);
            cost_all(&expected, &costs);
            find_way(start, size, recent, &costs);
            take_way(&next, size);
        }
        memcpy(recent, nodes[size].recent, sizeof recent);
        add_counts(&seen, &next.counts);
        halve(&seen);
        int joins = waiting < BLOCK_FRAMES &&
                    bits_of(&block, &next.counts) < bits_of(&block, NULL) + bits_of(&next.counts, NULL) + HEADER_COST;
        if (waiting && !joins) {
            put_block(frames, waiting, &block);
            waiting = 0;
            memset(&block, 0, sizeof block);
        }
        struct frame emptied = frames[waiting];
        frames[waiting++] = next;
        next = emptied;
        add_counts(&block, &frames[waiting - 1].counts);
    }
    if (waiting)
        put_block(frames, waiting, &block);
}

int main(void)
{
    size_t held = 1 << 24, count;
    data = room(held);
    while ((count = fread(data + total, 1, held - total, stdin))) {
        total += (uint32_t)count;
        if (total == held && (held *= 2) > 1u << 30)
            fail("more than a cabinet's folder holds");
        if (!(data = realloc(data, held)))
            fail("no memory");
    }
    heads = room(sizeof *heads << HASH_BITS);
    pairs = room(sizeof *pairs << 16);
    sons = room(2 * sizeof *sons * WINDOW);
    found = room(sizeof *found * FRAME * (DEPTH + 1));
    make_slots();
    translate_calls();
    pack();
    return fflush(stdout) || ferror(stdin) ? 1 : 0;
}
